import { describe, expect, it } from 'vitest';
import type { Follower } from '../../shared/domain/followers/follower.ts';
import type { Child } from '../../shared/domain/mirroring/child.ts';
import { type Counted, type FillReport, type Reported, reportFill } from '../../shared/domain/mirroring/fill.ts';

/** Children of one follower, and the reports that were counted, by their ids. */
class Book {
  readonly children = new Map<string, Child>();
  readonly counted = new Map<string, Counted>();
  readonly saved: Reported[] = [];

  child(follower_order_id: string, more: Partial<Child> = {}): string {
    const row = { qty: '10', inputs: {} };
    // As much of a child as a report looks at.
    const child = { follower_order_id, symbol: 'IBM', state: 'ack', unknown: false, row, ...more } as unknown as Child;
    this.children.set(follower_order_id, child);
    return follower_order_id;
  }
  report(childId: string, fill: FillReport): Promise<void> {
    const follower = { follower_id: 'fol_1' } as Follower;
    return reportFill(fill, {
      clock: () => 0,
      read: async () => ({ child: this.children.get(childId) as Child, follower }),
      canceledChild: async () => undefined,
      takenBack: async () => false,
      counted: async (_, fillId) => this.counted.get(fillId),
      save: async (reported) => {
        this.children.set(childId, reported.next);
        this.counted.set(reported.fill.fill_id, { ...reported.fill, follower_order_id: childId });
        this.saved.push(reported);
        return true;
      },
    });
  }
}

const fill: FillReport = { fill_id: 'f-1', qty: '3', price: '10', ts: '2026-01-05T12:00:00.000Z', status: 'partial' };
const opened = async () => {
  const book = new Book();
  const a = book.child('fo_a');
  await book.report(a, fill);
  return { book, a };
};

describe('a fill_id that is said again', () => {
  it.each<[string, Partial<FillReport>]>([
    ['word for word', {}],
    ['with its numbers and its time written in another way', { qty: '3.00', price: '010.0', ts: '2026-01-05T12:00:00Z' }],
  ])('of the same child, %s, counts once', async (_, more) => {
    const { book, a } = await opened();
    await book.report(a, { ...fill, ...more });
    expect(book.saved).toHaveLength(1);
    expect(book.children.get(a)?.filled).toBe('3');
  });

  it('without a status is partial, as it was', async () => {
    const { book, a } = await opened();
    const { status: _partial, ...plain } = fill;
    await book.report(a, plain);
    expect(book.saved).toHaveLength(1);
  });

  it('counts once too when the child has ended since, or is on its way once more', async () => {
    const { book, a } = await opened();
    await book.report(a, { ...fill, fill_id: 'f-2', qty: '7', status: 'filled' });
    await book.report(a, fill);
    book.child(a, { state: 'retry' });
    await book.report(a, fill);
    expect(book.saved).toHaveLength(2);
  });

  it.each<[string, Partial<FillReport>]>([
    ['quantity', { qty: '4' }],
    ['price', { price: '10.01' }],
    ['time', { ts: '2026-01-05T12:00:00.001Z' }],
    ['status', { status: 'filled' }],
  ])('with another %s is refused and changes nothing', async (_, more) => {
    const { book, a } = await opened();
    await expect(book.report(a, { ...fill, ...more })).rejects.toMatchObject({ status: 409, code: 'fill_id_reused' });
    expect([book.saved.length, book.children.get(a)?.state]).toEqual([1, 'partially_filled']);
  });

  it('of another child is refused, also while that one is still being sent', async () => {
    const { book } = await opened();
    for (const state of ['ack', 'sent'] as const) {
      const b = book.child('fo_b', { state });
      await expect(book.report(b, fill)).rejects.toMatchObject({ status: 409, code: 'fill_id_reused' });
      expect(book.children.get(b)).toMatchObject({ state });
    }
    expect(book.saved).toHaveLength(1);
  });
});
