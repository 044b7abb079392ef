import type { Options } from '../options.ts';
import type { Model } from './model.ts';

/** What an outage leaves: functions that nothing runs, expired items that stay. */
export function reduced(model: Model, { without, ttl }: Pick<Options, 'without' | 'ttl'>): Model {
  const runs = (name: string) => !without.some((one) => name.endsWith(`-${one}`));
  return {
    ...model,
    mappings: model.mappings.filter(({ functionName }) => runs(functionName)),
    schedules: model.schedules.filter(({ target }) => runs(target.arn)),
    tables: ttl ? model.tables : model.tables.map(({ ttlAttribute: _none, ...table }) => table),
  };
}
