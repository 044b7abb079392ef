import { describe, expect, it } from 'vitest';
import type { Card } from '../../shared/wiring/card.ts';
import { functions } from '../../shared/wiring/functions.ts';
import { target } from '../tidy/arrows.ts';
import { readHouse } from '../tidy/house.ts';
import { importsOf, type Source } from '../tidy/source.ts';

const sources = new Map(readHouse('functions').map((source) => [source.path, source]));
const confined = Object.values(functions as Record<string, Card>).filter(({ needs }) => needs.tenantRole !== undefined);

/** The files of functions/ that an entry is made of. */
function reachable(entry: string, seen = new Set<string>()): Set<string> {
  const source = sources.get(entry);
  if (source === undefined || seen.has(entry)) return seen;
  seen.add(entry);
  for (const { specifier } of importsOf(source)) if (specifier.startsWith('.')) reachable(target(source, specifier), seen);
  return seen;
}

const opens = (path: string) => /\b(openTable|documents)\(|new DynamoDBClient/.test((sources.get(path) as Source).text);

describe('a function that acts for tenants', () => {
  it.each(confined.map(({ entry }) => entry))('%s has no table but the one that is confined to its caller', (entry) => {
    const files = [...reachable(entry)];
    expect(files).toContain('functions/edge/scope.ts');
    expect(files.filter(opens)).toEqual([]);
  });

  it('is told from others, which open the table themselves', () => {
    const others = Object.values(functions as Record<string, Card>).filter(({ needs }) => needs.tenantRole === undefined);
    expect(others.flatMap(({ entry }) => [...reachable(entry)].filter(opens)).length).toBeGreaterThan(3);
  });
});
