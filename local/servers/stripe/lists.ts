import { invalid } from './failure.ts';
import { type Range, within } from './params.ts';
import { listOf } from './wire.ts';

interface Paging {
  readonly limit?: number | undefined;
  readonly starting_after?: string | undefined;
  readonly ending_before?: string | undefined;
  readonly created?: Range | undefined;
}

/** One page of a list whose newest come first. */
export function listed<T extends { id: string; created: number }>(list: { url: string; all: T[]; given: Paging }) {
  const { limit = 10, starting_after, ending_before, created } = list.given;
  const all = list.all.filter((one) => within(created, one.created));
  const place = (id: string, param: string) => {
    const at = list.all.findIndex((one) => one.id === id);
    if (at < 0) throw invalid(`No such object: '${id}'`, { param, code: 'resource_missing' });
    return list.all.slice(0, at + 1);
  };
  if (ending_before !== undefined) {
    const before = new Set(place(ending_before, 'ending_before').slice(0, -1));
    const some = all.filter((one) => before.has(one));
    return listOf(some.slice(-limit), list.url, some.length > limit);
  }
  const passed = new Set(starting_after === undefined ? [] : place(starting_after, 'starting_after'));
  const rest = all.filter((one) => !passed.has(one));
  return listOf(rest.slice(0, limit), list.url, rest.length > limit);
}
