import { describe, expect, it } from 'vitest';
import { type Notice, noticeDetail, noticeKinds, noticeToBus } from '../../shared/domain/billing/notice.ts';
import { mailOf, mailTexts } from '../../shared/domain/billing/notice-mail.ts';

const notice = (kind: Notice['kind'], facts: Record<string, string> = {}): Notice => ({
  tenant_id: 'ten_01JNA5T8Q2V4W6X8Y0Z2B4D6F8',
  notice_id: 'n-1',
  kind,
  at: '2026-02-21T10:00:00.000Z',
  facts,
});

describe('mails about notices', () => {
  it('have a text for every kind, and for nothing else', () => {
    expect(Object.keys(mailTexts).sort()).toEqual([...noticeKinds].sort());
    const subjects = Object.values(mailTexts).map(({ subject }) => subject);
    expect(new Set(subjects).size).toBe(subjects.length);
  });

  it.each(noticeKinds)('%s: a subject on one line, an opening, and its id', (kind) => {
    const { subject, text } = mailOf(notice(kind));
    expect(subject).toMatch(/^[^\r\n]{10,80}$/);
    expect(text).toContain(mailTexts[kind].opening);
    expect(text).toContain('notice n-1');
    expect(text).not.toMatch(/undefined|\[object/);
  });

  it('show the facts that people need', () => {
    const { text } = mailOf(
      notice('renewal_invoice', { plan_id: 'pro', amount_usd: '199', pay_at: 'https://pay.example/i/1', rail: 'btc' }),
    );
    expect(text).toContain('Plan: pro\n');
    expect(text).toContain('Amount (USD): 199\n');
    expect(text).toContain('Pay at: https://pay.example/i/1\n');
    expect(text).not.toContain('rail');
  });

  it('go over the bus as they are', () => {
    const { source, type, detail } = noticeToBus(notice('plan_active', { plan_id: 'pro' }));
    expect([source, type]).toEqual(['vanta.platform', 'billing.notice']);
    expect(noticeDetail.parse(JSON.parse(JSON.stringify(detail)))).toEqual(notice('plan_active', { plan_id: 'pro' }));
  });
});
