import { invalid } from '#kernel/errors/domain-error.js';
import { defaultPage, largestPage } from '#kernel/read/page.js';
import { readJson } from '../http/json-text.js';
import type { ListQuery, RowQuery } from './reads.js';

type Raw = Readonly<Record<string, unknown>>;
const known = new Set(['filter', 'sort', 'limit', 'after', 'before', 'count', 'fields', 'expand']);
/** Refs that `expand` follows, one behind the other: `account.owner`. */
export const deepestExpand = 2;

const bad = (name: string, must: string) =>
  invalid('request.bad_parameter', `The parameter "${name}" must be ${must}.`, { parameter: name });

/** Reads a list's parameters; refuses what it does not know, since a mistyped filter must not mean "all". */
export function listQuery(raw: Raw): ListQuery {
  const stray = Object.keys(raw).find((name) => !known.has(name));
  if (stray !== undefined)
    throw invalid('request.unknown_parameter', `There is no parameter "${stray.slice(0, 80)}" here. Known: ${[...known].join(', ')}.`);
  const [filter, sort] = [one(raw, 'filter'), one(raw, 'sort')];
  return {
    ...(filter === undefined ? {} : { filter: jsonOf(filter) }),
    ...(sort === undefined ? {} : { orderBy: orderOf(sort) }),
    ...pageParts(raw),
    count: flag(raw, 'count'),
    ...rowParts(raw),
  };
}

/** Which page: forwards from the start or a cursor, or backwards from one. */
function pageParts(raw: Raw): Pick<ListQuery, 'first' | 'after' | 'last' | 'before'> {
  const [limit, after, before] = [one(raw, 'limit'), one(raw, 'after'), one(raw, 'before')];
  const size = limit === undefined ? undefined : limitOf(limit);
  if (before !== undefined && after !== undefined) throw bad('before', 'without "after"');
  if (before !== undefined) return { last: size ?? defaultPage, before };
  return { ...(size === undefined ? {} : { first: size }), ...(after === undefined ? {} : { after }) };
}

export function rowQuery(raw: Raw): RowQuery {
  const stray = Object.keys(raw).find((name) => name !== 'fields' && name !== 'expand');
  if (stray !== undefined)
    throw invalid('request.unknown_parameter', `There is no parameter "${stray.slice(0, 80)}" here. Known: fields, expand.`);
  return rowParts(raw);
}

function rowParts(raw: Raw): RowQuery {
  const fields = one(raw, 'fields');
  const expand = names(one(raw, 'expand'));
  if (expand.length > 10) throw bad('expand', 'at most ten names');
  if (expand.some((name) => name.split('.').length > deepestExpand))
    throw bad('expand', `names such as account.owner, ${deepestExpand} deep at most`);
  return { fields: fields === undefined ? null : names(fields), expand };
}

const names = (text: string | undefined) =>
  (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);

function one(raw: Raw, name: string): string | undefined {
  const value = raw[name];
  if (value === undefined || typeof value === 'string') return value;
  throw bad(name, 'given once');
}

function flag(raw: Raw, name: string): boolean {
  const value = one(raw, name);
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw bad(name, 'true or false');
}

function jsonOf(text: string): unknown {
  const value = readJson(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw bad('filter', 'a JSON object such as {"name":{"contains":"gmbh"}}');
}

/** `account.name,-createdAt` as GraphQL would say it: `[{account: {name: ASC}}, {createdAt: DESC}]`. */
const orderOf = (text: string): NonNullable<ListQuery['orderBy']> =>
  names(text).map((name) => {
    const [path, direction] = name.startsWith('-') ? [name.slice(1), 'DESC'] : [name, 'ASC'];
    return path
      .split('.')
      .slice(0, 10)
      .reduceRight<unknown>((inner, member) => ({ [member]: inner }), direction);
  });

function limitOf(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > largestPage) throw bad('limit', `a whole number from 1 to ${largestPage}`);
  return limit;
}
