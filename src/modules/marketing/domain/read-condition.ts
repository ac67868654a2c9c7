import {
  operators,
  operatorsOf,
  traitPaths,
  traits,
  type Condition,
  type ConditionValue,
  type Operator,
  type PerformedCondition,
  type PropertyTest,
  type Scalar,
  type TraitType,
} from './condition.js';
import { Reading, type Json, type Outcome } from './problems.js';

const MAX_DEPTH = 10;
const MAX_NODES = 100;
const MAX_VALUES = 500;
export const EVENT_TYPE = /^[a-z0-9_]+([.:-][a-z0-9_]+)*$/i;
const PROPERTY = /^[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+){0,4}$/u;

/** An untrusted tree as a condition, or all that is wrong with it, each with a pointer below `path`. */
export function readCondition(input: unknown, path = ''): Outcome<Condition> {
  const reading = new Reading();
  const value = conditionAt(reading, input, { path, depth: 1, nodes: { left: MAX_NODES } });
  return reading.problems.length > 0 || !value ? { problems: reading.problems } : { value };
}

interface Place {
  readonly path: string;
  readonly depth: number;
  readonly nodes: { left: number };
}
type Reader = (r: Reading, input: unknown, at: Place) => Condition | undefined;

const readers: Readonly<Record<Condition['kind'], Reader>> = {
  and: (r, input, at) => group(r, input, at, 'and'),
  or: (r, input, at) => group(r, input, at, 'or'),
  not: negation,
  trait: (r, input, { path }) => trait(r, input, path),
  performed: (r, input, { path }) => performed(r, input, path),
  last_performed: (r, input, { path }) => lastPerformed(r, input, path),
};
const kinds = Object.keys(readers) as Condition['kind'][];

function conditionAt(r: Reading, input: unknown, at: Place): Condition | undefined {
  const { path, depth, nodes } = at;
  if (depth > MAX_DEPTH) return r.note(path, 'too_deep', `nests deeper than ${MAX_DEPTH}`);
  nodes.left -= 1;
  if (nodes.left < 0) return nodes.left === -1 ? r.note(path, 'too_many', `holds more than ${MAX_NODES} conditions`) : undefined;
  const kind = r.word(typeof input === 'object' && input !== null && 'kind' in input ? input.kind : undefined, `${path}/kind`, kinds);
  return kind && readers[kind](r, input, at);
}

const below = ({ path, depth, nodes }: Place, step: string): Place => ({ path: `${path}/${step}`, depth: depth + 1, nodes });

function negation(r: Reading, input: unknown, at: Place): Condition | undefined {
  const o = r.object(input, at.path, ['kind', 'of']);
  const of = o && conditionAt(r, o['of'], below(at, 'of'));
  return of && { kind: 'not', of };
}

function group(r: Reading, input: unknown, at: Place, kind: 'and' | 'or'): Condition | undefined {
  const o = r.object(input, at.path, ['kind', 'of']);
  const parts = o && r.list(o['of'], `${at.path}/of`, { max: 50 });
  const of = parts?.map((part, i) => conditionAt(r, part, below(at, `of/${i}`)));
  return of?.every((part) => part !== undefined) ? { kind, of } : undefined;
}

function trait(r: Reading, input: unknown, path: string): Condition | undefined {
  const o = r.object(input, path, ['kind', 'path', 'op', 'value', 'ifMissing']);
  const name = o && r.word(o['path'], `${path}/path`, traitPaths);
  if (!o || !name) return undefined;
  const type: TraitType = traits[name];
  const op = r.word(o['op'], `${path}/op`, operatorsOf[type]);
  const value = op && valueOf(r, o, path, { op, type });
  const ifMissing = o['ifMissing'] === undefined ? undefined : r.boolean(o['ifMissing'], `${path}/ifMissing`);
  return (
    op && { kind: 'trait', path: name, op, ...(value === undefined ? {} : { value }), ...(ifMissing === undefined ? {} : { ifMissing }) }
  );
}

function performed(r: Reading, input: unknown, path: string): Condition | undefined {
  const o = r.object(input, path, ['kind', 'event', 'where', 'count', 'window']);
  const event = o && r.text(o['event'], `${path}/event`, { max: 100, pattern: EVENT_TYPE });
  if (!o || !event) return undefined;
  const where = readTests(r, o['where'], `${path}/where`);
  const count = countOf(r, o['count'], `${path}/count`);
  const window = windowOf(r, o['window'], `${path}/window`);
  return { kind: 'performed', event, ...(where ? { where } : {}), ...(count ? { count } : {}), ...(window ? { window } : {}) };
}

function lastPerformed(r: Reading, input: unknown, path: string): Condition | undefined {
  const o = r.object(input, path, ['kind', 'event', 'where', 'op', 'ago']);
  if (!o) return undefined;
  const event = r.text(o['event'], `${path}/event`, { max: 100, pattern: EVENT_TYPE });
  const op = r.word(o['op'], `${path}/op`, ['within', 'longer_ago_than']);
  const ago = r.duration(o['ago'], `${path}/ago`);
  const where = readTests(r, o['where'], `${path}/where`);
  return event && op && ago ? { kind: 'last_performed', event, op, ago, ...(where ? { where } : {}) } : undefined;
}

function countOf(r: Reading, input: unknown, path: string): PerformedCondition['count'] {
  if (input === undefined) return undefined;
  const o = r.object(input, path, ['op', 'value']);
  const op = o && r.word(o['op'], `${path}/op`, ['eq', 'gte', 'lte']);
  const value = o && r.integer(o['value'], `${path}/value`, { min: 0, max: 1_000_000 });
  return op && value !== undefined ? { op, value } : undefined;
}

function windowOf(r: Reading, input: unknown, path: string): PerformedCondition['window'] {
  if (input === undefined) return undefined;
  const o = r.object(input, path, ['rolling', 'from', 'to']);
  if (!o) return undefined;
  if (!('rolling' in o)) return absolute(r, o, path);
  if ('from' in o || 'to' in o) return r.note(path, 'malformed', 'is either rolling or from and to');
  const rolling = r.duration(o['rolling'], `${path}/rolling`);
  return rolling === undefined ? undefined : { rolling };
}

function absolute(r: Reading, o: Json, path: string): PerformedCondition['window'] {
  const from = o['from'] === undefined ? undefined : r.instant(o['from'], `${path}/from`);
  const to = o['to'] === undefined ? undefined : r.instant(o['to'], `${path}/to`);
  if (from && to && Date.parse(from) >= Date.parse(to)) return r.note(path, 'malformed', 'ends before it starts');
  return { ...(from ? { from } : {}), ...(to ? { to } : {}) };
}

/** Tests of event properties, read into the same list of problems. */
export function readTests(r: Reading, input: unknown, path: string): readonly PropertyTest[] | undefined {
  if (input === undefined) return undefined;
  const items = r.list(input, path, { min: 0, max: 10 });
  const tests = items?.map((item, i) => testAt(r, item, `${path}/${i}`));
  return tests?.every((test) => test !== undefined) ? tests : undefined;
}

function testAt(r: Reading, input: unknown, path: string): PropertyTest | undefined {
  const o = r.object(input, path, ['property', 'op', 'value']);
  if (!o) return undefined;
  const property = r.text(o['property'], `${path}/property`, { max: 200, pattern: PROPERTY });
  const op = r.word(o['op'], `${path}/op`, operators);
  if (!property || !op) return undefined;
  const sample: unknown = Array.isArray(o['value']) ? (o['value'] as readonly unknown[])[0] : o['value'];
  const type = typeof sample === 'number' ? 'number' : typeof sample === 'boolean' ? 'boolean' : 'text';
  if (!operatorsOf[type].includes(op)) return r.note(`${path}/op`, 'not_allowed', `does not fit a ${type}`);
  const value = valueOf(r, o, path, { op, type });
  return { property, op, ...(value === undefined ? {} : { value }) };
}

interface Fit {
  readonly op: Operator;
  readonly type: TraitType;
}

function valueOf(r: Reading, o: Json, path: string, { op, type }: Fit): ConditionValue | undefined {
  const value = o['value'];
  if (op === 'is_set' || op === 'is_missing')
    return value === undefined ? undefined : r.note(`${path}/value`, 'unknown_field', `${op} takes no value`);
  if (op === 'in') return scalars(r, value, `${path}/value`, type);
  return type === 'instant' ? moment(r, value, `${path}/value`) : scalar(r, value, `${path}/value`, type);
}

function scalars(r: Reading, value: unknown, path: string, type: TraitType): readonly Scalar[] | undefined {
  const items = r.list(value, path, { max: MAX_VALUES })?.map((item, i) => scalar(r, item, `${path}/${i}`, type));
  return items?.every((item) => item !== undefined) ? items : undefined;
}

function moment(r: Reading, value: unknown, path: string): ConditionValue | undefined {
  if (typeof value !== 'object' || value === null) return r.instant(value, path);
  const relative = r.object(value, path, ['ago']);
  const ago = relative && r.duration(relative['ago'], `${path}/ago`);
  return ago === undefined ? undefined : { ago };
}

function scalar(r: Reading, value: unknown, path: string, type: TraitType): Scalar | undefined {
  if (type === 'boolean') return r.boolean(value, path);
  if (type === 'text') return r.text(value, path, { max: 500 });
  return typeof value === 'number' && Number.isFinite(value) && Math.abs(value) < 1e15
    ? value
    : r.note(path, 'not_a_number', 'must be a number');
}
