import { validateSync, type ValidationError } from 'class-validator';
import { invalid, type FieldProblem } from '../errors/domain-error.js';
import { accepts } from './accepts.js';
import type { Field, FieldOptions, Fields } from './fields.js';
import type { Resource } from './define-resource.js';
import { normalise, withDefaults } from './normalise.js';
import { decoratorsOf, type InputMode } from './validators.js';

type Dto = new () => Record<string, unknown>;
const dtoCache = new WeakMap<Fields, Partial<Record<InputMode, Dto>>>();

/** The class-validator class of a set of fields, made once. */
export function dtoOf(fields: Fields, mode: InputMode): Dto {
  const known = dtoCache.get(fields) ?? {};
  dtoCache.set(fields, known);
  return (known[mode] ??= makeDto(fields, mode));
}

function makeDto(fields: Fields, mode: InputMode): Dto {
  const Input: Dto = class Input {} as Dto;
  for (const [name, field] of Object.entries(fields)) {
    // The last applied decorator runs first and stopAtFirstError keeps one problem a field.
    for (const decorate of decoratorsOf(field, mode)) decorate(Input.prototype as object, name);
  }
  return Input;
}

/** Input as rows hold it, or one `input.invalid` that lists every problem with its JSON pointer. */
export function validate(fields: Fields, input: unknown, mode: InputMode): Record<string, unknown> {
  const problems: FieldProblem[] = [];
  const value = check(fields, input, mode, { path: '', problems });
  if (problems.length > 0) {
    const first = problems[0];
    throw invalid(
      'input.invalid',
      `The input is not valid: ${first?.path || '/'} ${first?.message ?? ''}${problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''}.`,
      { errors: problems },
    );
  }
  return value;
}

/** Where in the input a value stands, and where to tell what is wrong with it. */
interface Spot {
  readonly path: string;
  readonly problems: FieldProblem[];
}

function check(fields: Fields, input: unknown, mode: InputMode, spot: Spot): Record<string, unknown> {
  const { path, problems } = spot;
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    problems.push({ path, code: 'not_an_object', message: 'must be an object' });
    return {};
  }
  const given = input as Record<string, unknown>;
  const dto = dtoOf(fields, mode);
  const instance = new dto();
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(fields, key)) instance[key] = given[key];
    else problems.push({ path: `${path}/${pointer(key)}`, code: 'unknown_field', message: 'is not a field here' });
  }
  const errors = accepts(dto, instance)
    ? []
    : validateSync(instance, { stopAtFirstError: true, skipMissingProperties: false, forbidUnknownValues: false });
  problems.push(...errors.map((e) => problemOf(e, path)));
  const bad = new Set(errors.map((e) => e.property));
  return convert(fields, given, bad, spot);
}

function convert(
  fields: Fields,
  given: Record<string, unknown>,
  bad: ReadonlySet<string>,
  { path, problems }: Spot,
): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = given[name];
    if (value === undefined || bad.has(name) || !Object.hasOwn(given, name)) continue;
    out[name] = convertOne(field, value, { path: `${path}/${name}`, problems });
  }
  return out;
}

function convertOne(field: Field, value: unknown, spot: Spot): unknown {
  if (value === null) return null;
  if (field.kind === 'object') return check(field.shape ?? {}, value, 'create', spot);
  if (field.kind === 'list') {
    const item = { item: { ...field.item, options: { ...field.item?.options, required: true } } as Field };
    const wrapped = itemFields(field, item);
    return (value as unknown[]).map((v, i) => {
      const inner: FieldProblem[] = [];
      const result = check(wrapped, { item: v }, 'create', { path: '', problems: inner })['item'];
      spot.problems.push(...inner.map((p) => ({ ...p, path: `${spot.path}/${i}${p.path.replace(/^\/item/, '')}` })));
      return result;
    });
  }
  return normalise(field, value);
}

const itemCache = new WeakMap<Field, Fields>();
function itemFields(field: Field, fresh: Fields): Fields {
  const known = itemCache.get(field);
  if (known) return known;
  itemCache.set(field, fresh);
  return fresh;
}

const pointer = (key: string) => key.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1');

const codes: Readonly<Record<string, string>> = {
  isDefined: 'required',
  maxLength: 'too_long',
  minLength: 'too_short',
  isIn: 'not_allowed',
  isEmail: 'not_an_email',
  isPhone: 'not_a_phone',
  isUrl: 'not_a_url',
  min: 'too_small',
  max: 'too_large',
  inRange: 'out_of_range',
  isHeld: 'out_of_range',
  arrayMaxSize: 'too_many',
  isStorable: 'not_storable',
};

function problemOf(error: ValidationError, path: string): FieldProblem {
  const [rule = 'invalid', message = 'is not valid'] = Object.entries(error.constraints ?? {})[0] ?? [];
  const said = message.startsWith(`${error.property} `) ? message.slice(error.property.length + 1) : message;
  return { path: `${path}/${error.property}`, code: codes[rule] ?? (/^[a-z]+(_[a-z]+)+$/.test(rule) ? rule : 'wrong_type'), message: said };
}

const inputCache = new WeakMap<Resource, Fields>();
/** The fields a client may write. */
export function inputFields(resource: Resource): Fields {
  const known = inputCache.get(resource);
  if (known) return known;
  const fields = Object.fromEntries(Object.entries(resource.fields).filter(([, f]) => f.options.writer !== 'system'));
  inputCache.set(resource, fields);
  return fields;
}

const createCache = new WeakMap<Resource, Fields>();
/** The fields of a new row. Its owner may be left out: then it is whoever creates it. */
export function createFields(resource: Resource): Fields {
  const known = createCache.get(resource);
  if (known) return known;
  const fields = { ...inputFields(resource) };
  const owner = resource.scope.kind === 'owned' ? fields[resource.scope.by] : undefined;
  if (owner && resource.scope.kind === 'owned') {
    const options: FieldOptions = Object.fromEntries(Object.entries(owner.options).filter(([name]) => name !== 'required'));
    fields[resource.scope.by] = {
      ...owner,
      options: { ...options, description: `${options.description ?? 'The owner.'} You, when left out.` },
    };
  }
  createCache.set(resource, fields);
  return fields;
}

/** A client's new row: checked, normalised, defaults filled in. */
export const validateCreate = (resource: Resource, input: unknown): Record<string, unknown> =>
  withDefaults(createFields(resource), validate(createFields(resource), input, 'create'));

/** A client's change: only what was named; null empties a field. */
export const validatePatch = (resource: Resource, input: unknown): Record<string, unknown> =>
  validate(inputFields(resource), input, 'patch');

/** What a command is given, normalised, defaults filled in. */
export const validateInput = (fields: Fields, input: unknown): Record<string, unknown> => {
  const value = validate(fields, input ?? {}, 'create');
  for (const [name, field] of Object.entries(fields))
    if (value[name] === undefined && field.options.default !== undefined) value[name] = normalise(field, field.options.default);
  return value;
};
