import { createConfig, lintFromString } from '@redocly/openapi-core';
import { openApiKit, type ApiKit } from '../api/api-kit.js';
import { Contract, type Json } from './contract.js';
import { lintExceptions, type LintException } from './lint-exceptions.js';
import { spectral } from './spectral.js';

let api: ApiKit;
let contract: Contract;
beforeAll(async () => {
  api = await openApiKit();
  contract = Contract.of(api.app, api.kit.runtime.registry);
});
afterAll(() => api.close());

const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (document: unknown) => JSON.stringify(document, null, 1);

/** What `expand` adds only refers to schemas that are linted themselves, and Spectral writes out every reference. */
function withoutExpansions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutExpansions);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([, inner]) => !(isRecord(inner) && inner['x-expand'] === true && 'anyOf' in inner));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutExpansions(inner)]));
}

test('Spectral finds nothing, by its own rules and those of OWASP, but what is excepted with a reason', async () => {
  const found = await spectral(text(withoutExpansions(contract.document)));
  const exceptionFor = ({ code, path }: { code: string; path: string }): LintException | undefined =>
    lintExceptions.find(({ rule, at }) => rule === code && at.test(path));
  expect(found.filter((problem) => !exceptionFor(problem))).toEqual([]);
  expect(lintExceptions.filter((exception) => !found.some((problem) => exceptionFor(problem) === exception))).toEqual([]);
});

test('Redocly finds nothing', async () => {
  const config = await createConfig({ extends: ['recommended'] });
  const found = await lintFromString({ source: text(contract.document), config });
  expect(found.map(({ ruleId, message, location }) => `${ruleId}: ${message} at ${location[0]?.pointer ?? ''}`)).toEqual([]);
});

test('both see what is planted', async () => {
  const [path = ''] = Object.keys(contract.document.paths).filter((name) => name.endsWith('Id}'));
  const item = contract.document.paths[path]!;
  const get = { ...item['get'], operationId: undefined, security: undefined, responses: {} };
  const planted = text({ ...contract.document, paths: { [path]: { get } } });
  const codes = (await spectral(planted)).map(({ code }) => code);
  expect(codes).toEqual(expect.arrayContaining(['operation-operationId', 'owasp:api8:2023-define-error-responses-401']));
  const found = await lintFromString({ source: planted, config: await createConfig({ extends: ['recommended'] }) });
  expect(found.map(({ ruleId }) => ruleId)).toEqual(expect.arrayContaining(['operation-operationId']));
});

describe('every operation', () => {
  const each = (judge: (operation: Json, method: string, path: string) => boolean) =>
    contract.operations
      .filter(({ operation, method, path }) => !judge(operation, method, path))
      .map(({ method, path }) => `${method} ${path}`);
  const sentence = (value: unknown) => typeof value === 'string' && value.length >= 8;

  test('has an id of its own, a summary and a description', () => {
    const ids = contract.operations.map(({ operation }) => operation.operationId);
    expect(ids.length).toBeGreaterThan(200);
    expect(new Set(ids).size).toBe(ids.length);
    expect(each(({ summary, description }) => sentence(summary) && sentence(description))).toEqual([]);
  });

  test('says how it can be refused', () => {
    expect(each(({ responses }) => ['400', '401', '429', '500', '503'].every((status) => status in (responses as Json)))).toEqual([]);
    expect(
      each(({ responses, requestBody }) => requestBody === undefined || ['413', '415'].every((status) => status in (responses as Json))),
    ).toEqual([]);
    expect(
      each(({ responses }, _method, path) => !/^\/v1.*\{/.test(path) || ['403', '404'].every((status) => status in (responses as Json))),
    ).toEqual([]);
  });

  test('shows requests and answers that fit their schemas', () => {
    const wrong = contract.operations.flatMap(({ operation, method, path }) => {
      const bodies = [operation.requestBody, ...Object.values(operation.responses)].filter(isRecord).map((body) => contract.resolved(body));
      return bodies.flatMap(({ content }) =>
        Object.entries((content ?? {}) as Record<string, Json>).flatMap(([type, media]) => {
          if (!/json$/.test(type)) return [];
          const examples = Object.values(
            (media['examples'] ?? { none: { value: media['example'] } }) as Record<string, { value: unknown }>,
          );
          return examples.flatMap(({ value }) => {
            const problem = value === undefined ? 'no example' : contract.check(media['schema'] as Json, value);
            return problem === null ? [] : [`${method} ${path}: ${problem}`];
          });
        }),
      );
    });
    expect(wrong).toEqual([]);
  });
});
