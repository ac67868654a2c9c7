import { canUpsert } from '#kernel/external-refs/upsert.js';
import { verbsOf } from '#kernel/bulk/bulk-item.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import type { Registry } from '#kernel/resource/registry.js';
import { ifMatch, type Ask, type Asking } from './ask.js';
import type { Deed, Given } from './deeds.js';

/** Another way to the same rows: what is asked, as what it is judged, and how. */
export interface Kin {
  readonly key: string;
  readonly deed: Deed;
  readonly access?: Deed['access'];
  readonly ask: Asking;
}

/** Each row goes by its own id in this other system. */
export const otherSystem = 'matrix';

/** Rows by what other systems call them, and many in one call: made for every resource, so they are judged for every resource. */
export function kinOf(registry: Registry, deeds: ReadonlyMap<string, Deed>): Map<string, Kin> {
  const found = [...registry.resources.values()].flatMap((resource) => [...byReference(resource, deeds), ...inBulk(resource, deeds)]);
  return new Map([...found, ...takenAway(deeds)].map((kin) => [kin.key, kin]));
}

/** A whole list, by a right of its own; any list stands for all. It leaves an entry in the audit. */
function takenAway(deeds: ReadonlyMap<string, Deed>): Kin[] {
  const list = deeds.get('account.list');
  if (!list) return [];
  const deed: Deed = { ...list, name: 'account.export', kind: 'command', permission: 'account:export' };
  const query = 'mutation { startExport(input: { list: "accounts" }) { operationId } }';
  return [
    { key: 'GET /v1/exports/{list}', deed, ask: () => ({ method: 'GET', path: '/v1/exports/accounts?format=jsonl' }) },
    // The same in the background: judged by the rights to the list, whoever may call the verb.
    { key: 'POST /v1/exports', deed, ask: () => ({ method: 'POST', path: '/v1/exports', body: { list: 'accounts' } }) },
    { key: 'mutation startExport', deed, ask: () => ({ method: 'POST', path: '/graphql', body: { query } }) },
  ];
}

const named = (resource: Resource, given: Given) => `/v1/${resource.path}/by-ref/${otherSystem}/${String(given['id'])}`;

function byReference(resource: Resource, deeds: ReadonlyMap<string, Deed>): Kin[] {
  const key = (method: string) => `${method} /v1/${resource.path}/by-ref/{system}/{externalId}`;
  const like = (verb: string, more: Partial<Deed> = {}): Deed[] => {
    const deed = deeds.get(`${resource.name}.${verb}`);
    return deed ? [{ ...deed, name: `${deed.name} by reference`, byReference: true, ...more }] : [];
  };
  const upserts = canUpsert(resource) ? like('update', { makesWhenMissing: true }) : [];
  return [
    ...like('get').map((deed): Kin => ({ key: key('GET'), deed, ask: (given) => ({ method: 'GET', path: named(resource, given) }) })),
    ...like('delete').map((deed): Kin => ({
      key: key('DELETE'),
      deed,
      ask: (given) => ({ method: 'DELETE', path: named(resource, given), ...ifMatch(given['expectedVersion']) }),
    })),
    ...upserts.map((deed): Kin => ({
      key: key('PUT'),
      deed,
      ask: (given) => ({ method: 'PUT', path: named(resource, given), body: withoutId(given), ...ifMatch(given['expectedVersion']) }),
    })),
    ...upserts.map((deed): Kin => ({ key: `mutation upsert${resource.typeName}`, deed, ask: (given) => upsertAsk(resource, given) })),
  ];
}

function upsertAsk({ typeName }: Resource, given: Given): Ask {
  const query = `mutation($id: String!, $input: Update${typeName}Input!) { upsert${typeName}(system: "${otherSystem}", externalId: $id, input: $input${given['expectedVersion'] === 1 ? ', expectedVersion: 1' : ''}) { id } }`;
  return { method: 'POST', path: '/graphql', body: { query, variables: { id: given['id'], input: withoutId(given) } } };
}

/** One item, of the first verb that is about a row there is. */
function inBulk(resource: Resource, deeds: ReadonlyMap<string, Deed>): Kin[] {
  const verbs = verbsOf(resource);
  const op = (['update', 'delete', 'create'] as const).find((verb) => verbs.includes(verb));
  const deed = op && deeds.get(`${resource.name}.${op}`);
  if (!deed) return [];
  const item = (given: Given) =>
    op === 'create'
      ? { op, data: given }
      : { op, id: given['id'], ...versionIn(given), ...(op === 'update' ? { data: withoutId(given) } : {}) };
  return [
    {
      key: `POST /v1/${resource.path}/bulk`,
      deed: { ...deed, name: `${deed.name} in bulk` },
      ask: (given) => ({ method: 'POST', path: `/v1/${resource.path}/bulk`, body: { mode: 'partial', items: [item(given)] } }),
    },
  ];
}

const withoutId = ({ id: _id, expectedVersion: _version, ...rest }: Given): Given => rest;
const versionIn = ({ expectedVersion }: Given): Given => (expectedVersion === undefined ? {} : { expectedVersion });
