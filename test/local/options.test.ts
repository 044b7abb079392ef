import { describe, expect, it } from 'vitest';
import { parseJavaVersion } from '../../local/checks.ts';
import { parseOptions, UsageError } from '../../local/options.ts';

describe('options', () => {
  it('has defaults', () => {
    expect(parseOptions([])).toEqual({ port: 8787, demo: true, without: [], ttl: true, settings: {} });
  });

  it('reads all of them, with a blank or with =', () => {
    const args = [
      '--port',
      '0',
      '--no-demo',
      '--data=d',
      '--assembly',
      'a',
      '--retry-delays',
      '0.1,2',
      '--shard-size',
      '2',
      '--no-rate-limit',
      '--without',
      'overlay-timer',
      '--no-ttl',
    ];
    const settings = { RETRY_DELAYS_SECONDS: '0.1,2', SHARD_SIZE: '2', RATE_LIMIT: 'off' };
    expect(parseOptions(args)).toEqual({
      ...{ port: 0, demo: false, data: 'd', assembly: 'a', settings },
      ...{ without: ['overlay-timer'], ttl: false },
    });
  });

  it.each([
    [['--demo'], 'unknown option --demo'],
    [['here'], 'unknown option here'],
    [['--without', 'nothing'], '--without must name a function, not "nothing"'],
    [['--data'], '--data needs a value'],
    [['--data', '--no-demo'], '--data needs a value'],
    [['--port', 'x'], '--port must be a number from 0 to 65535, not "x"'],
    [['--port', '70000'], '--port must be a number from 0 to 65535, not "70000"'],
    [['--shard-size', '101'], '--shard-size must be a whole number from 1 to 100, not "101"'],
    [['--retry-delays', '1;2'], '--retry-delays must look like 1,5,15,60, not "1;2"'],
  ])('refuses %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(new UsageError(message));
  });
});

describe('the Java version', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['java version "1.8.0_392"', 8],
    ['openjdk version "21" 2023-09-19', 21],
    ['command not found', undefined],
  ])('of %s is %s', (text, major) => {
    expect(parseJavaVersion(text)).toBe(major);
  });
});
