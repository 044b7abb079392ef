import type { ParameterSpec } from '../template/model.ts';
import type { Action } from './bus.ts';

/** Parameter Store's GetParameter, with the values of the templates. */
export function createParameters(options: {
  readonly parameters: readonly ParameterSpec[];
  refuse(code: string, message: string): Error;
}): Readonly<Record<string, Action>> {
  return {
    GetParameter({ Name }) {
      const found = options.parameters.find(({ name }) => name === Name);
      if (found === undefined) throw options.refuse('ParameterNotFound', `Parameter ${String(Name)} not found.`);
      return { Parameter: { Name: found.name, Type: 'String', Value: found.value, Version: 1, DataType: 'text' } };
    },
  };
}
