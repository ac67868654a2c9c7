import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Deprecation } from '#kernel/resource/deprecation.js';
import type { Fields } from '#kernel/resource/fields.js';

/** What of a route will go: the route itself, or fields that a request may name. */
export interface Deprecated {
  readonly route: Deprecation | undefined;
  readonly fields: ReadonlyMap<string, Deprecation>;
}

/** Where the changes are written up; each operation says there what to use instead. */
const documentation = '</docs>; rel="deprecation"; type="text/html"';

export function deprecatedOf(route: Deprecation | undefined, fields: Fields): { deprecated?: Deprecated } {
  const going = Object.entries(fields).flatMap(([name, { options }]) => (options.deprecated ? [[name, options.deprecated] as const] : []));
  return route || going.length > 0 ? { deprecated: { route, fields: new Map(going) } } : {};
}

/** Deprecation (RFC 9745), Sunset (RFC 8594) and where to read on: to who uses what will go, whether or not he is refused. */
export function tellDeprecation({ route, fields }: Deprecated, request: FastifyRequest, reply: FastifyReply): void {
  const told = [
    ...(route ? [route] : []),
    ...(fields.size > 0 ? [...fields].filter(([name]) => names(request, name)).map(([, one]) => one) : []),
  ];
  const [since] = told.map((one) => one.since).sort();
  const [sunset] = told.flatMap((one) => one.sunset ?? []).sort();
  if (since === undefined) return;
  void reply.header('deprecation', `@${Date.parse(since) / 1000}`);
  if (sunset !== undefined) void reply.header('sunset', new Date(sunset).toUTCString());
  addLink(reply, documentation);
}

/** Links are added up, whoever has one to tell. */
export function addLink(reply: FastifyReply, link: string): void {
  const known = reply.getHeader('link');
  void reply.header('link', typeof known === 'string' ? `${known}, ${link}` : link);
}

/** Whether a request names a field: as a parameter, within `fields`, `sort` or `filter`, or as a member of what it sends. */
function names({ query, body }: FastifyRequest, field: string): boolean {
  const given = Object.entries(query as Record<string, unknown>);
  const asked = given.flatMap(([name, value]) => [name, ...(typeof value === 'string' ? (value.match(/\w+/g) ?? []) : [])]);
  return asked.includes(field) || holds(body, field, 4);
}

function holds(value: unknown, field: string, depth: number): boolean {
  if (typeof value !== 'object' || value === null || depth === 0) return false;
  if (Array.isArray(value)) return value.some((one) => holds(one, field, depth - 1));
  return Object.hasOwn(value, field) || Object.values(value).some((inner) => holds(inner, field, depth - 1));
}
