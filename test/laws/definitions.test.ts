import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allModules } from '#app/modules.js';
import { knownPermissions } from '#kernel/access/known-permissions.js';
import { buildRegistry } from '#kernel/resource/registry.js';
import type { ModuleSpec } from '#kernel/usecase/define-module.js';

const registry = buildRegistry(allModules);
const useCases = [...registry.commands.values(), ...registry.queries.values()];
const isSentence = (text: string) => /^[A-ZÄÖÜ`].{8,}[.!?)`]$/s.test(text.trim());

const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
const sources = [...files('src/modules'), ...files('src/api')];
const tests = [...sources, ...files('test')]
  .filter((file) => /\.test\.ts$|-kit\.ts$/.test(file))
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n');

/** Names of what breaks a law; planted breaches below prove that each law can fail. */
const laws = {
  described: (modules: readonly ModuleSpec[]) => {
    const r = buildRegistry(modules);
    return [
      ...modules.filter((m) => !isSentence(m.description)).map((m) => `module ${m.name}`),
      ...[...r.resources.values()].filter((x) => !isSentence(x.description)).map((x) => `resource ${x.name}`),
      ...[...r.commands.values(), ...r.queries.values()].filter((x) => !isSentence(x.summary)).map((x) => `verb ${x.name}`),
      ...[...r.commands.values(), ...r.queries.values()].flatMap((x) =>
        Object.entries(x.errors)
          .filter(([, text]) => !isSentence(text))
          .map(([code]) => `error ${code}`),
      ),
      ...modules
        .flatMap((m) => m.events ?? [])
        .filter((x) => !isSentence(x.description))
        .map((x) => `event ${x.name}`),
      ...[...r.tasks.values(), ...r.subscribers].filter((x) => !isSentence(x.description)).map((x) => `task ${x.name}`),
    ];
  },
  ownedEvents: (modules: readonly ModuleSpec[]) =>
    modules.flatMap((m) => (m.events ?? []).filter((e) => !e.name.startsWith(`${m.name}.`)).map((e) => e.name)),
  ownTables: (modules: readonly ModuleSpec[]) =>
    modules.flatMap((m) => (m.resources ?? []).filter((r) => r.module !== m.name).map((r) => r.table)),
  refNames: (modules: readonly ModuleSpec[]) =>
    modules.flatMap((m) =>
      (m.resources ?? []).flatMap((r) =>
        Object.entries(r.fields as Record<string, { kind: string }>)
          .filter(([name, f]) => f.kind === 'ref' && !name.endsWith('Id'))
          .map(([name]) => `${r.name}.${name}`),
      ),
    ),
};

test('there is something to judge', () => {
  expect(registry.resources.size).toBeGreaterThan(30);
  expect(useCases.length).toBeGreaterThan(30);
});

test.each(Object.keys(laws) as (keyof typeof laws)[])('law "%s" holds everywhere', (name) => {
  expect(laws[name](allModules)).toEqual([]);
});

test('each law can fail', () => {
  const field = { kind: 'ref', options: {}, target: 'thing' } as const;
  const resource = {
    name: 'thing',
    table: 'other.things',
    module: 'other',
    description: 'x',
    fields: { owner: field },
    scope: { kind: 'everyone' },
    operations: [],
    invariants: [],
    typeName: 'Thing',
    single: 'thing',
    plural: 'things',
    path: 'things',
  } as const;
  const planted: ModuleSpec = {
    name: 'planted',
    description: 'no',
    resources: [resource],
    events: [{ name: 'wrong.happened', description: 'no', payload: {} }],
  };
  expect(laws.described([planted])).toEqual(['module planted', 'resource thing', 'event wrong.happened']);
  expect(laws.ownedEvents([planted])).toEqual(['wrong.happened']);
  expect(laws.ownTables([planted])).toEqual(['other.things']);
  expect(laws.refNames([planted])).toEqual(['thing.owner']);
});

test('every permission of a verb or resource can be granted', () => {
  const known = knownPermissions(registry);
  const missing = useCases.filter((u) => u.access === 'permission' && !known.has(u.permission)).map((u) => u.permission);
  expect(missing).toEqual([]);
});

test('every verb is named in a test', () => {
  const fileOf = (name: string) => sources.find((file) => readFileSync(file, 'utf8').includes(`name: '${name}'`)) ?? '';
  const untested = useCases
    .filter((u) => {
      const base = fileOf(u.name).split('/').at(-1)?.replace(/\.ts$/, '.js') ?? '?';
      return !tests.includes(base) && !tests.includes(u.graphql) && !tests.includes(u.name);
    })
    .map((u) => u.name);
  expect(untested).toEqual([]);
});

test('the SQL of a module names only its own schema, what others publish, and the machine', () => {
  const schemas = allModules.map((m) => m.name);
  const breaches = sources
    .filter((file) => !file.endsWith('.test.ts') && file.startsWith('src/modules/'))
    .flatMap((file) => {
      const own = file.split('/')[2];
      const text = readFileSync(file, 'utf8');
      return schemas
        .filter((schema) => schema !== own && new RegExp(`\\b(from|join|into|update)\\s+${schema}\\.`, 'i').test(text))
        .map((schema) => `${file} → ${schema}`);
    });
  expect(breaches).toEqual([]);
});
