import { describe, expect, it } from 'vitest';
import { type Code, type CodeMeaning, codes } from '../../shared/domain/contract/codes.ts';
import { codesOf } from '../../shared/domain/contract/door-codes.ts';
import { routeSchemas } from '../../shared/domain/contract/openapi.ts';
import { type ApiRoom, type Route, type RouteId, routes } from '../../shared/wiring/routes.ts';
import { target } from '../tidy/arrows.ts';
import { readHouse } from '../tidy/house.ts';
import { importsOf, parse, type Source } from '../tidy/source.ts';
import { refusalsIn } from './support/refusals.ts';

const house = new Map(readHouse().map((source) => [source.path, source]));
const product = [...house.values()].filter(({ path }) => /^(shared|functions)\//.test(path));
const { sites, riddles } = refusalsIn(product);
const table: Readonly<Record<string, CodeMeaning | undefined>> = codes;
const list = Object.entries(routes) as [RouteId, Route][];
const listed = new Set<string>(list.flatMap(([id, route]) => codesOf(route, routeSchemas[id])));

/** Refusals whose code follows from data, and where the codes come from. */
const fromData = [
  'functions/edge/http.ts#validatedParams', // from the names of a path's parameters: door-codes.ts does the same
  'shared/domain/tenants/policy.ts#notFound', // from what the route acts on: likewise
];

/** Given by the handler of what no route takes, and by function URLs, which are no routes. */
const ofNoRoute = ['route_not_found', 'method_not_allowed', 'webhook_unsigned'];

/** Codes in modules that a room imports, on paths that its routes do not take. */
const notTaken: Partial<Record<ApiRoom, readonly Code[]>> = {
  entitlements: ['cursor_invalid'], // members are counted, not listed
  mirroring: ['sync_impossible'], // asked for at registration, which is the followers' room
};

/** What speaks for all rooms: its codes are the door's, or those of the thing that is acted on. */
const ofAllRooms = ['contract/idempotency', 'tenants/policy', 'tenants/rate'].map((file) => `shared/domain/${file}.ts`);

/** All files that a file loads, and itself. */
function reach(path: string, seen = new Set<string>()): Set<string> {
  const source = house.get(path);
  if (source === undefined || seen.has(path)) return seen;
  seen.add(path);
  for (const { specifier, runtime } of importsOf(source))
    if (runtime && specifier.startsWith('.')) reach(target(source, specifier), seen);
  return seen;
}

describe('codes of refusals', () => {
  it('stand in the table with the status that the source gives', () => {
    const wrong = sites.filter(({ code, status }) => table[code]?.status !== status);
    expect(wrong.map(({ path, line, status, code }) => `${path}:${line} ${status} ${code}`)).toEqual([]);
  });

  it('can all be read off the source', () => expect([...new Set(riddles)].toSorted()).toEqual(fromData.toSorted()));

  it('are all given somewhere, and named by a route', () => {
    const given = new Set(sites.map(({ code }) => code));
    expect(Object.keys(codes).filter((code) => !given.has(code))).toEqual([]);
    expect(Object.keys(codes).filter((code) => !listed.has(code) && !ofNoRoute.includes(code))).toEqual([]);
  });

  it.each([...new Set(list.map(([, { room }]) => room))])('that %s can give are named by its routes', (room) => {
    // A room's own files and the adapters; of other rooms it may take only things and pure verbs (tidy).
    const own = new RegExp(`^(functions/${room}|shared/domain/${room}|shared/adapters)/`);
    const files = new Set([...reach(`functions/${room}/api.ts`)].filter((path) => own.test(path) && !ofAllRooms.includes(path)));
    const named = new Set<string>(
      list.filter(([, r]) => r.room === room).flatMap(([id, route]) => codesOf(route, routeSchemas[id])),
    );
    for (const code of [...(notTaken[room] ?? []), ...(room === 'contract' ? ofNoRoute : [])]) named.add(code);
    const unnamed = sites.filter(({ path, code }) => files.has(path) && !named.has(code));
    expect(unnamed.map(({ path, line, code }) => `${path}:${line} ${code}`)).toEqual([]);
  });
});

describe('reading refusals can fail', () => {
  const read = (text: string) => refusalsIn([parse('shared/domain/vaults/a.ts', text) as Source]);

  it('finds plain ones, and those that a function makes', () => {
    const found = read(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: source text, whose template is what is read
      "throw new Refusal(409, 'a', 'A');\nconst no = (what: string) => new Refusal(404, `${what}_not_found`, 'B');\nthrow no('b');\nfunction bad(pointer: string, code: string) { return new Refusal(400, code, 'C'); }\nbad('/x', 'c');",
    );
    expect(found.sites.map(({ status, code }) => `${status} ${code}`)).toEqual(['409 a', '404 b_not_found', '400 c']);
    expect(found.riddles).toEqual([]);
  });

  it.each([
    "function f() { throw new Refusal(400, x.code, 'A'); }",
    "const f = () => new Refusal(status, 'a', 'A');",
    "const no = (what: string) => new Refusal(404, what, 'B');\nfunction f() { no(x); }",
  ])('says what it cannot read: %s', (text) => expect(read(text).riddles).toHaveLength(1));
});
