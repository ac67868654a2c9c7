import {
  getNamedType,
  isLeafType,
  isObjectType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { pascal } from '#kernel/resource/names.js';
import { routeOf } from '#api/rest/use-case.controller.js';
import { ifMatch, type Ask, type Asking } from './ask.js';
import type { Deed, Given } from './deeds.js';
import { handMade } from './exceptions.js';
import { kinOf, type Kin } from './kin.js';
import type { Machine } from './machine.js';

/** An address of the API and the deed that is done there; null: the definitions know nothing of it. */
export interface Operation {
  /** `POST /v1/leads/{leadId}/convert`, `mutation convertLead`. */
  readonly key: string;
  readonly surface: 'rest' | 'graphql';
  readonly deed: Deed | null;
  readonly access: Deed['access'];
  ask(given: Given): Ask;
}

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Every route of the OpenAPI document. */
export function restOperations({ document, registry }: Machine, deeds: ReadonlyMap<string, Deed>): Operation[] {
  const byRoute = new Map<string, Deed>();
  const kindred = kinOf(registry, deeds);
  for (const deed of deeds.values()) {
    const route = restRoute(deed, registry);
    if (route) byRoute.set(route, deed);
  }
  return Object.entries(document.paths).flatMap(([path, item]) =>
    methods
      .filter((method) => item[method])
      .map((method): Operation => {
        const key = `${method.toUpperCase()} ${path}`;
        const found = lookUp(key, byRoute, deeds, kindred);
        const ask = (given: Given): Ask => found.ask?.(given) ?? restAsk(method.toUpperCase(), path, found.deed, given);
        return { ...found, key, surface: 'rest', ask };
      }),
  );
}

interface Found {
  readonly deed: Deed | null;
  readonly access: Deed['access'];
  readonly ask: Asking | undefined;
}

const unknown: { deed?: string; access?: Deed['access']; ask?: Asking } = {};

/** What is known of an address: by the definitions, by what is made for every resource, or by the list of exceptions. */
function lookUp(key: string, known: ReadonlyMap<string, Deed>, deeds: ReadonlyMap<string, Deed>, kindred: ReadonlyMap<string, Kin>): Found {
  const { deed: name = '', access, ask } = handMade[key] ?? kindred.get(key) ?? unknown;
  const deed = known.get(key) ?? (typeof name === 'string' ? deeds.get(name) : name) ?? null;
  return { deed, access: access ?? (deed ? deed.access : 'permission'), ask };
}

function restRoute(deed: Deed, registry: Machine['registry']): string | null {
  const { useCase, resource, kind } = deed;
  if (useCase) {
    if (useCase.access === 'public' || useCase.rest === null) return null;
    const { method, path } = routeOf(useCase, registry);
    return `${method} ${path}`;
  }
  const row = `/v1/${resource?.path}/{${resource?.single}Id}`;
  const known: Readonly<Record<string, string>> = {
    list: `GET /v1/${resource?.path}`,
    create: `POST /v1/${resource?.path}`,
    get: `GET ${row}`,
    update: `PATCH ${row}`,
    delete: `DELETE ${row}`,
  };
  return known[kind] ?? null;
}

function restAsk(method: string, template: string, deed: Deed | null, given: Given): Ask {
  const used = new Set<string>();
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const key = name in given || !deed?.target ? name : deed.target;
    used.add(key);
    const value = given[key];
    return encodeURIComponent(typeof value === 'string' ? value : 'none');
  });
  const { expectedVersion, ...rest } = Object.fromEntries(Object.entries(given).filter(([name]) => !used.has(name)));
  if (method === 'GET') return { method, path: Object.keys(rest).length > 0 ? `${path}?${queryText(rest)}` : path };
  return { method, path, ...ifMatch(expectedVersion), ...(Object.keys(rest).length > 0 ? { body: rest } : {}) };
}

const queryText = (values: Given) =>
  new URLSearchParams(
    Object.entries(values).map(([name, v]): [string, string] => [name, typeof v === 'string' ? v : JSON.stringify(v)]),
  ).toString();

/** Every root field of queries and mutations. */
export function graphqlOperations({ schema, registry }: Machine, deeds: ReadonlyMap<string, Deed>): Operation[] {
  const byField = new Map<string, Deed>();
  const kindred = kinOf(registry, deeds);
  for (const deed of deeds.values()) byField.set(fieldOf(deed), deed);
  const roots = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
  ] as const;
  return roots.flatMap(([kind, type]) =>
    Object.values(type?.getFields() ?? {}).map((field): Operation => {
      const key = `${kind} ${field.name}`;
      const found = lookUp(key, byField, deeds, kindred);
      const ask = (given: Given): Ask => found.ask?.(given) ?? graphqlAsk(kind, field, argumentsOf(found.deed, given));
      return { ...found, key, surface: 'graphql', ask };
    }),
  );

  function fieldOf({ useCase, resource, kind }: Deed): string {
    if (useCase) return `${useCase.kind === 'query' ? 'query' : 'mutation'} ${useCase.graphql}`;
    if (kind === 'list' || kind === 'get') return `query ${kind === 'list' ? resource?.plural : resource?.single}`;
    return `mutation ${kind}${pascal(resource?.name ?? '')}`;
  }
}

function argumentsOf(deed: Deed | null, given: Given): Given {
  if (!deed) return given;
  if (deed.kind === 'get' || deed.kind === 'delete' || deed.kind === 'list') return given;
  if (deed.kind !== 'update') return { input: given };
  const { id, expectedVersion, ...patch } = given;
  return { id, patch, ...(expectedVersion === undefined ? {} : { expectedVersion }) };
}

function graphqlAsk(kind: string, field: GraphQLField<unknown, unknown>, values: Given): Ask {
  const used = field.args.filter(({ name }) => name in values);
  const declared = used.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const passed = used.map(({ name }) => `${name}: $${name}`).join(', ');
  const query = `${kind}${declared ? `(${declared})` : ''} { ${field.name}${passed ? `(${passed})` : ''}${leaves(field.type)} }`;
  return { method: 'POST', path: '/graphql', body: { query, variables: Object.fromEntries(used.map(({ name }) => [name, values[name]])) } };
}

const isNode = (type: GraphQLObjectType) => type.getInterfaces().some(({ name }) => name === 'Node');
const isConnection = (type: GraphQLObjectType) => type.name.endsWith('Connection');
const needsNothing = (field: GraphQLField<unknown, unknown>) => field.args.every(({ type }) => !String(type).endsWith('!'));

/** Everything of a type that is its own, without what other resources hold. */
export function leaves(output: GraphQLOutputType, depth = 0): string {
  const type = getNamedType(output);
  if (isLeafType(type)) return '';
  if (!isObjectType(type)) return ' { id }';
  const fields = Object.values(type.getFields()).filter(needsNothing);
  if (isConnection(type)) {
    const nodes = type.getFields()['nodes'];
    return ` { totalCount nodes${nodes ? leaves(nodes.type, depth + 1) : ''} }`;
  }
  const parts = fields.flatMap((field) => {
    const named = getNamedType(field.type);
    if (isLeafType(named)) return [field.name];
    if (!isObjectType(named) || isNode(named) || isConnection(named) || depth > 3) return [];
    return [`${field.name}${leaves(field.type, depth + 1)}`];
  });
  return ` { ${parts.join(' ')} }`;
}

/** All fields of a resource's type that give rows of another: `account.contacts`, `lead.owner`. */
export function relationsOf(schema: GraphQLSchema, typeName: string): { name: string; to: string; many: boolean }[] {
  const type = schema.getType(typeName);
  if (!isObjectType(type)) return [];
  return Object.values(type.getFields()).flatMap((field): { name: string; to: string; many: boolean }[] => {
    const named = getNamedType(field.type);
    if (!isObjectType(named)) return [];
    if (isNode(named)) return [{ name: field.name, to: named.name, many: false }];
    return isConnection(named) ? [{ name: field.name, to: named.name.replace(/Connection$/, ''), many: true }] : [];
  });
}
