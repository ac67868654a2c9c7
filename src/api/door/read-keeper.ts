import { parse } from 'node:querystring';
import type { Registry } from '#kernel/resource/registry.js';
import type { Resource } from '#kernel/resource/define-resource.js';
import { camel } from '#kernel/resource/names.js';
import { languageHeaders } from '../auth/principal.guard.js';
import { deprecatedOf } from '../rest/deprecations.js';
import { listQuery, rowQuery } from '../rest/query.js';
import type { RestReads } from '../rest/reads.js';
import { linksOf } from '../rest/resource.controller.js';
import { rowHeaders } from '../rest/versions.js';
import type { DoorAnswer, Keeper, Visit } from './front-door.js';

interface Place {
  readonly resource: Resource;
  /** Null: a list. */
  readonly id: string | null;
  /** What stands behind the question mark. */
  readonly search: string;
}

type Raw = Readonly<Record<string, string>>;

const jsonType = { 'content-type': 'application/json; charset=utf-8' };
const withId = /^(.+)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** `GET /v1/<resource>` and `GET /v1/<resource>/<id>`, of resources of which nothing is about to go. Whatever cannot be answered goes the ordinary way. */
export function readKeeper(registry: Registry, reads: Pick<RestReads, 'list' | 'one'>): Keeper {
  const readable = [...registry.resources.values()].filter(
    (resource) => Object.keys(deprecatedOf(resource.deprecated, resource.fields)).length === 0,
  );
  const byPath = new Map(readable.map((resource) => [`/v1/${resource.path}`, resource]));
  // A read is answered in the very turn in which it is taken: it has no body to wait for.
  let last: { readonly url: string; readonly place: Place | null } = { url: '', place: null };
  const find = (url: string): Place | null => {
    if (last.url !== url) last = { url, place: placeOf(byPath, url) };
    return last.place;
  };
  return {
    method: 'GET',
    takes: (url) => find(url) !== null,
    answer: (visit) => {
      const place = find(visit.request.url ?? '');
      const raw = place && plainQuery(place.search);
      if (!place || !raw) return null;
      return (place.id === null ? list(reads, visit, place, raw) : one(reads, visit, { ...place, id: place.id }, raw)).catch(() => null);
    },
  };
}

async function list(reads: Pick<RestReads, 'list'>, { request, principal }: Visit, { resource }: Place, raw: Raw): Promise<DoorAnswer> {
  const text = await reads.list(resource, listQuery(raw), principal);
  const headers = { ...languageHeaders(principal.actor), link: linksOf({ url: request.url ?? '' }, text), ...jsonType };
  return { status: 200, headers, text, route: `/v1/${resource.path}` };
}

async function one(
  reads: Pick<RestReads, 'one'>,
  { principal }: Visit,
  { resource, id }: Place & { readonly id: string },
  raw: Raw,
): Promise<DoorAnswer> {
  const text = await reads.one(resource, id, rowQuery(raw), principal);
  const language = languageHeaders(principal.actor);
  const headers = { ...language, ...rowHeaders({ actor: principal.actor, query: raw, vary: language['vary'] }, text), ...jsonType };
  return { status: 200, headers, text, route: `/v1/${resource.path}/:${camel(resource.name)}Id` };
}

function placeOf(byPath: ReadonlyMap<string, Resource>, url: string): Place | null {
  const mark = url.indexOf('?');
  const [path, search] = mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
  const listed = byPath.get(path);
  if (listed) return listed.operations.includes('list') ? { resource: listed, id: null, search } : null;
  const [, parent = '', id = ''] = withId.exec(path) ?? [];
  const resource = byPath.get(parent);
  return resource?.operations.includes('get') ? { resource, id, search } : null;
}

/** The parameters, where nobody could read them in two ways; null otherwise. */
function plainQuery(search: string): Raw | null {
  if (search === '') return {};
  if (!/^[\w\-.~,=&*!'():@/%]+$/.test(search) || /%(?![0-9a-fA-F]{2})/.test(search)) return null;
  const found = Object.entries(parse(search));
  const plain = found.flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' && !value.includes('�') ? [[name, value]] : [],
  );
  return plain.length === found.length ? Object.fromEntries(plain) : null;
}
