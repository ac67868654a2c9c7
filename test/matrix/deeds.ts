import type { Resource, Operation as Offered } from '#kernel/resource/define-resource.js';
import { ref, type Field, type Fields } from '#kernel/resource/fields.js';
import { camel } from '#kernel/resource/names.js';
import type { Registry } from '#kernel/resource/registry.js';
import { createFields, inputFields } from '#kernel/resource/validate.js';
import type { UseCase } from '#kernel/usecase/define-command.js';
import { wishes } from './exceptions.js';
import { distinct, requiredOf, valueOf, type Source } from './samples.js';

/** Something that can be asked for, as the definitions say; REST and GraphQL each have an address for it. */
export interface Deed {
  /** `lead.convert`, `account.list`. */
  readonly name: string;
  readonly kind: Offered | 'command' | 'query';
  readonly access: UseCase['access'];
  /** What the asker must hold: `lead:convert`. */
  readonly permission: string;
  /** Whose rows it is about; null for verbs of nothing that is kept. */
  readonly resource: Resource | null;
  /** Everything that may be given, the row it is about included. */
  readonly input: Fields;
  /** Name of the input that says which row of `resource` it is about. */
  readonly target: string | null;
  readonly useCase: UseCase | null;
  /** The row is found by what another system calls it. */
  readonly byReference?: true;
  /** A row that is not there is made, where the asker may. */
  readonly makesWhenMissing?: true;
}

export const writes = ({ kind }: Deed) => kind !== 'list' && kind !== 'get' && kind !== 'query';

/** Every deed the definitions offer to clients. */
export function deedsOf(registry: Registry): Map<string, Deed> {
  const resources = [...registry.resources.values()].flatMap((resource) =>
    resource.operations.map((operation) => crudDeed(resource, operation)),
  );
  const useCases = [...registry.commands.values(), ...registry.queries.values()].map((useCase) => verbDeed(useCase, registry));
  return new Map([...resources, ...useCases].map((deed) => [deed.name, deed]));
}

function crudDeed(resource: Resource, kind: Offered): Deed {
  const id = { id: ref(resource.name, { required: true }) };
  const inputs: Readonly<Record<Offered, Fields>> = {
    list: {},
    get: id,
    create: createFields(resource),
    update: { ...id, ...inputFields(resource) },
    delete: id,
  };
  return {
    name: `${resource.name}.${kind}`,
    kind,
    access: 'permission',
    permission: `${resource.name}:${kind === 'list' || kind === 'get' ? 'read' : kind}`,
    resource,
    input: inputs[kind],
    target: 'id' in inputs[kind] ? 'id' : null,
    useCase: null,
  };
}

/** Verbs about any record at all, or what hangs on it, are tried on one of this kind. */
const anyRecordFor = (noun: string) => (noun === 'translation' ? 'product' : 'account');

function verbDeed(useCase: UseCase, registry: Registry): Deed {
  const own = `${camel(useCase.noun)}Id`;
  const anyRecord = anyRecordFor(useCase.noun);
  // What a list can do without only narrows it.
  const isAsked = (name: string) =>
    Object.hasOwn(useCase.input, name) && (useCase.input[name]?.options.required === true || !useCase.name.endsWith('.list'));
  const ofAny = registry.resources.has(anyRecord) ? ['fileId', 'entryId', 'recordId'].find(isAsked) : undefined;
  return {
    name: useCase.name,
    kind: useCase.kind,
    access: useCase.access,
    permission: useCase.permission,
    resource: ofAny ? registry.resource(anyRecord) : (registry.resources.get(useCase.noun) ?? null),
    input: useCase.input,
    target: ofAny ?? (Object.hasOwn(useCase.input, own) ? own : null),
    useCase,
  };
}

export type Given = Readonly<Record<string, unknown>>;

/** The least that makes the deed valid. */
export function give(deed: Deed, source: Source): Given {
  const version =
    deed.resource?.requireVersion === true && (deed.kind === 'update' || deed.kind === 'delete') ? { expectedVersion: 1 } : {};
  if (deed.kind === 'update') return { ...aChange(deed, source), ...version };
  const { kind, input, resource } = deed;
  const fresh = kind === 'create' && resource ? distinct({ unique: resource.unique ?? [], fields: input }, source) : {};
  return { ...requiredOf(input, source), ...fresh, ...version, ...wishes[deed.name]?.(source) };
}

/** One field, a text where there is one. */
function aChange({ input, target, resource }: Deed, source: Source): Given {
  const changeable = Object.entries(input).filter(([name]) => name !== target);
  const isText = ([, { kind, max = 0 }]: [string, Field]) => kind === 'text' && max >= 40;
  const [name, field] = changeable.find(isText) ?? changeable[0] ?? [];
  return { id: source.ref(resource?.name ?? ''), ...(name && field ? { [name]: valueOf(name, field, source) } : {}) };
}

/** References among the inputs that a client may set, but for the row the deed is about. */
export const references = ({ input, target }: Deed): [string, string][] =>
  Object.entries(input).flatMap(([name, field]) =>
    field.kind === 'ref' && name !== target ? [[name, field.target ?? ''] as [string, string]] : [],
  );
