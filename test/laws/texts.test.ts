import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import IntlMessageFormat from 'intl-messageformat';
import { allModules } from '#app/modules.js';
import { coverage, errorCodes } from '#app/texts/coverage.js';
import { texts } from '#app/texts/texts.js';
import { buildRegistry } from '#kernel/resource/registry.js';
import { CatalogSpeaker, gapsOf } from '#kernel/text/speaker.js';

const registry = buildRegistry(allModules);
const catalogs = Object.entries(texts.catalogs);
const validator = readFileSync('src/kernel/resource/validate.ts', 'utf8');
const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.startsWith('app/texts/de/'))
  .map((name) => readFileSync(join('src', name), 'utf8'));

test.each(coverage(registry))('everything people read is said in $language', ({ language, total, missing }) => {
  expect(total).toBeGreaterThan(500);
  if (missing.length > 0)
    throw new Error(
      `Not said in "${language}": ${missing.join(', ')}. Add the texts in src/app/texts/${language}: errors to errors-*.ts, words to labels-*.ts, sentences to descriptions.ts.`,
    );
});

test.each(catalogs)('nothing is said in %s about what there is not', (_language, { errors, labels }) => {
  const codes = new Set(errorCodes());
  expect(Object.keys(errors).filter((code) => !codes.has(code))).toEqual([]);
  const fields = new Set(
    [...registry.resources.values()].flatMap(({ name, fields }) => Object.keys(fields).map((field) => `${name}.${field}`)),
  );
  expect(Object.keys(labels.fields).filter((name) => name.includes('.') && !fields.has(name))).toEqual([]);
});

describe.each(catalogs)('texts in %s', (language, { errors, problems }) => {
  const all = Object.entries(errors).flatMap(([code, said]) =>
    (typeof said === 'string' ? [said] : said).map((text) => [code, text] as const),
  );

  test('are well formed', () => {
    expect(all.flatMap(([code, text]) => (isWellFormed(text, language) ? [] : [code]))).toEqual([]);
  });

  test('have gaps only for what the details of the error hold', () => {
    const general = new Set(['message', 'label', 'problem', 'more']);
    const unknown = all.flatMap(([code, text]) =>
      gapsOf(text)
        .filter((gap) => !general.has(gap) && !isDetailOf(code, gap))
        .map((gap) => `${code}: ${gap}`),
    );
    expect(unknown).toEqual([]);
  });

  test('can be said whatever details there are', () => {
    const last = Object.entries(errors).map(([code, said]) => [code, typeof said === 'string' ? said : (said.at(-1) ?? '')] as const);
    expect(last.filter(([, text]) => gapsOf(text).some((gap) => gap !== 'message')).map(([code]) => code)).toEqual([]);
  });

  test('say what is wrong with one place, for every code of a problem', () => {
    const codes = new Set(
      sources.flatMap((text) =>
        [...text.matchAll(/(?:\bcode: '([a-z_]+)', message|\.note\([^,\n]+, '([a-z_]+)', ['`])/g)].flatMap(
          (match) => match[1] ?? match[2] ?? [],
        ),
      ),
    );
    for (const [, code = ''] of validator.matchAll(/^ {2}\w+: '([a-z_]+)',$/gm)) codes.add(code);
    const wholeRefusals = new Set(['internal', 'unknown']);
    expect(codes.size).toBeGreaterThan(20);
    expect(['required', 'too_long', 'not_found', 'unfit', 'taken', 'malformed'].filter((code) => !codes.has(code))).toEqual([]);
    expect([...codes].filter((code) => !wholeRefusals.has(code) && problems[code] === undefined)).toEqual([]);
  });
});

/** A detail is a member of an object that stands near the code where it is thrown, or is made by a machine of the kernel. */
function isDetailOf(code: string, gap: string): boolean {
  const name = code.replace('*', '');
  const made = new RegExp(`\\b${gap}\\b *[,:}]|\\b${gap},$`, 'm');
  return sources.some((text) => {
    for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1))
      if (made.test(text.slice(Math.max(0, at - 800), at + 900))) return true;
    return false;
  });
}

function isWellFormed(text: string, language: string): boolean {
  try {
    return new IntlMessageFormat(text, language, undefined, { ignoreTag: true }).getAst().length > 0;
  } catch {
    return false;
  }
}

test('a text whose gaps cannot be filled gives way to one whose gaps can, and what is not known stays English', () => {
  const german = new CatalogSpeaker('de', texts.catalogs.de);
  const said = (code: string, details: Record<string, unknown>) => german.refusal({ code, message: 'English.', details }).message;
  expect(said('access.forbidden', { missing: 'lead:convert' })).toBe(
    'Ihrer Rolle fehlt das Recht lead:convert. Bitten Sie einen Administrator, es zu erteilen.',
  );
  expect(said('access.forbidden', {})).toBe('Ihren Rollen fehlt ein Recht. Fragen Sie einen Administrator.');
  expect(said('lead.not_found', {})).toBe('Lead: Einen Datensatz mit dieser Kennung gibt es nicht, oder Sie dürfen ihn nicht sehen.');
  expect(said('file.too_large', { allowed: 26_214_400 })).toBe('Eine Datei darf höchstens 26.214.400 Byte haben.');
  expect(said('planted.unheard_of', {})).toBe('English.');
});

test('a planted code without a text is missing, and the sentence says what to do', () => {
  const bare = { ...registry, modules: [{ name: 'planted', description: 'Planted.' }] };
  expect(coverage(bare)[0]?.missing).toEqual(['module planted', 'description planted']);
});

test('what a company calls its own is refused in the language of who asks, and nothing is said of what is empty', () => {
  const german = new CatalogSpeaker('de', texts.catalogs.de);
  const said = (code: string, details: Readonly<Record<string, unknown>> = {}) =>
    german.refusal({ code, message: 'English', details }).message;
  expect(said('x_permit.plate_taken')).toBe('Einer dieser Werte ist schon vergeben.');
  expect(said('account.contract_no_taken')).toBe('Einer dieser Werte ist schon vergeben.');
  const move = { from: 'issued', to: 'applied' };
  expect(said('record.move_refused', { ...move, allowed: [] })).toBe('Von dieser Phase geht es nicht zu der gewünschten.');
  expect(said('record.move_refused', { ...move, allowed: ['expired'] })).toBe('Von issued geht es nicht zu applied. Möglich: expired.');
});
