import type { PageRequest } from '../../shared/adapters/dynamo/pages.ts';
import { limits } from '../../shared/wiring/limits.ts';

/** A list's page as its validated query asks for it. */
export const pageOfQuery = (query: Readonly<Record<string, string | undefined>>): PageRequest => ({
  limit: query['limit'] === undefined ? limits.pageItemsDefault : Number(query['limit']),
  cursor: query['cursor'],
});
