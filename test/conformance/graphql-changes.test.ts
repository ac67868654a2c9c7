import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { existsSync, readFileSync } from 'node:fs';
import { buildSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { allModules } from '#app/modules.js';
import { buildSchema as ourSchema } from '#api/graphql/schema.js';
import { buildRegistry } from '#kernel/resource/registry.js';

/** A change that breaks clients and is meant: where, and why. Emptied with each release. */
interface Exception {
  readonly path: string;
  readonly reason: string;
}

const releasedFile = 'openapi/schema.released.graphql';
const exceptions = JSON.parse(readFileSync('openapi/schema.exceptions.json', 'utf8')) as Exception[];
const released = readFileSync(releasedFile, 'utf8');

/** The schema as the definitions make it now; nothing of it is run. */
const current = (): string => {
  const parts = { registry: buildRegistry(allModules), database: null, runner: null, cursorSecret: '' } as unknown as Parameters<
    typeof ourSchema
  >[0];
  const changes = { listen: () => Promise.reject(new Error('not here')), now: () => Promise.resolve('') };
  return printSchema(lexicographicSortSchema(ourSchema(parts, changes)));
};

async function breaking(before: string, after: string): Promise<{ path: string; message: string }[]> {
  const changes = await diff(buildSchema(before), buildSchema(after));
  return changes
    .filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking)
    .map(({ path, message }) => ({ path: path ?? '', message }));
}

test('nothing in the schema breaks a client of the last release, but what is recorded with a reason', async () => {
  expect(existsSync(releasedFile)).toBe(true);
  const found = await breaking(released, current());
  const unrecorded = found.filter(({ path }) => !exceptions.some((exception) => exception.path === path));
  expect(unrecorded).toEqual([]);
});

test('every exception says why, and is about something that is broken', async () => {
  const paths = new Set((await breaking(released, current())).map(({ path }) => path));
  expect(exceptions.filter(({ path, reason }) => reason.length < 20 || !paths.has(path))).toEqual([]);
});

test.each([
  ['a field that is gone', /(?<=^type Account implements[^}]*)^ {2}"""[^"]*"""\n {2}website: String$/m, '', 'Account.website'],
  ['a value that is gone', /(?<=^enum LeadStatus \{[^}]*)^ {2}qualified$/m, '', 'LeadStatus.qualified'],
  ['an argument that has become required', /^ {2}account\(/m, '  account(\n    because: String!', 'Query.account.because'],
])('the check does look: %s', async (_what, part, instead, path) => {
  const sdl = current();
  const broken = sdl.replace(part, instead);
  expect(broken).not.toBe(sdl);
  expect((await breaking(sdl, broken)).map((change) => change.path)).toContain(path);
});
