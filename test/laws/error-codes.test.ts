import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorsPage } from '#app/ops/errors-page.js';
import { allModules } from '#app/modules.js';
import { buildRegistry, type Registry } from '#kernel/resource/registry.js';

const CODE = '[a-z_]+\\.[a-z_]+';
/** How a code stands in the sources: thrown, in a list of errors, or as what GraphQL is answered with. */
const patterns: readonly RegExp[] = [
  new RegExp(`\\b(?:conflict|invalid|notFound|forbidden|unauthorized|tooMany|unavailable)\\(\\s*'(${CODE})'`, 'g'),
  new RegExp(`\\bDomainError\\(\\s*'[a-z_]+',\\s*'(${CODE})'`, 'g'),
  new RegExp(`\\bcode: '(${CODE})'`, 'g'),
  new RegExp(`\\['[a-z_]+',\\s*'(${CODE})',\\s*'[A-Z]`, 'g'),
  new RegExp(`'(${CODE})':\\s*\\[?\\s*(?:'[a-z_]+',\\s*)?['"\`][A-Z]`, 'g'),
  new RegExp(`'(graphql\\.[a-z_]+)'`, 'g'),
];

const codesIn = (text: string): string[] => patterns.flatMap((pattern) => [...text.matchAll(pattern)].flatMap((match) => match[1] ?? []));

function thrown(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.includes('testing/') && !name.startsWith('app/texts/'))
    .flatMap((name) => codesIn(readFileSync(join(folder, name), 'utf8')));
}

/** Codes that stand nowhere as one word: they are put together from a definition. */
function defined({ commands, queries, resources }: Registry): string[] {
  const useCases = [...commands.values(), ...queries.values()].flatMap(({ errors }) => Object.keys(errors));
  const unique = [...resources.values()].flatMap(({ name, fields, unique: sets = [] }) => [
    ...sets.map(({ code }) => `${name}.${code}`),
    ...Object.entries(fields).flatMap(([field, { options }]) => (options.unique ? [`${name}.${snake(field)}_taken`] : [])),
  ]);
  return [...useCases, ...unique];
}

const snake = (name: string) => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
const listedOn = (page: string): string[] => [...page.matchAll(/^\| `([a-z_]+\.[a-z_]+)` \|/gm)].flatMap((match) => match[1] ?? []);

const page = readFileSync('docs/errors.md', 'utf8');
const known = new Set([...thrown('src'), ...defined(buildRegistry(allModules))]);
const listed = listedOn(page);

test('every code that can be answered is on the page of errors', () => {
  expect(known.size).toBeGreaterThan(100);
  expect([...known].filter((code) => !listed.includes(code)).sort()).toEqual([]);
});

test('no code is on the page twice', () => {
  expect(listed.filter((code, i) => listed.indexOf(code) !== i)).toEqual([]);
});

test('no code is on the page that nothing answers with', () => {
  expect(listed.filter((code) => !known.has(code))).toEqual([]);
});

test('every code says its status and what it means', () => {
  const rows = page.split('\n').filter((line) => /^\| `[^`]+` \|/.test(line));
  expect(rows.filter((line) => !/^\| `[^`]+` \| (\d{3}.*|socket) \| [^|]{10,} \|$/.test(line))).toEqual([]);
});

test.each([
  [`throw conflict('lead.planted', 'No.')`, ['lead.planted']],
  [`throw invalid(\n  'lead.planted',`, ['lead.planted']],
  [`new DomainError('too_large', 'lead.planted', 'No.')`, ['lead.planted']],
  [`errors: { 'lead.planted': 'It was planted.' }`, ['lead.planted']],
  [`'lead.planted': ['conflict', 'It was planted.']`, ['lead.planted']],
  [`code: 'lead.planted'`, ['lead.planted']],
  [`name: 'lead.convert'`, []],
])('the law sees a planted code: %s', (text, codes) => {
  expect(codesIn(text)).toEqual(codes);
});

test('the page as HTML has an anchor for every code, and shows what is text as text', () => {
  const html = errorsPage(page);
  expect(listed.filter((code) => !html.includes(`<tr id="${code}">`))).toEqual([]);
  expect(html).toContain('<tr id="internal">');
  expect(errorsPage('| code |\n|---|\n| <script>alert(1)</script> |')).not.toContain('<script>');
});
