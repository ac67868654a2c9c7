import type { FastifyInstance } from 'fastify';
import { DomainError } from '#kernel/errors/domain-error.js';

/** The part of a server this needs. */
type Server = Pick<FastifyInstance, 'addHook' | 'options'>;

/** Says which methods an address takes: to OPTIONS, and to who tried another (405). Call it before there are routes. */
export function tellMethods(server: Server): void {
  const methods = new Map<string, Set<string>>();
  server.addHook('onRoute', (route) => {
    // Whatever a parameter is called, the address is the same.
    const address = route.url.replace(/:\w+/g, ':');
    if (address.includes('*')) return;
    const known = methods.get(address);
    const allowed = known ?? new Set<string>();
    for (const method of [route.method].flat()) allowed.add(method);
    methods.set(address, allowed);
    if (known || allowed.has('OPTIONS') || !route.url.startsWith('/v1/')) return;
    allowed.add('OPTIONS');
    // Preflights of listed origins are answered before they come here.
    server.options(route.url, (_request, reply) => reply.code(204).header('allow', listed(allowed)).send());
  });
  server.addHook('onRequest', (request, reply, done) => {
    const allowed = request.is404 ? allowedAt(methods, request.url) : null;
    if (!allowed) return done();
    void reply.header('allow', listed(allowed));
    done(new DomainError('wrong_method', 'request.method_not_allowed', `This address takes ${listed(allowed)}.`));
  });
}

const listed = (methods: ReadonlySet<string>): string => [...methods].sort().join(', ');

function allowedAt(methods: ReadonlyMap<string, ReadonlySet<string>>, url: string): ReadonlySet<string> | null {
  const path = url.split('?')[0] ?? '';
  const parts = path.split('/');
  for (const [address, allowed] of methods) if (fits(address.split('/'), parts)) return allowed;
  return null;
}

const fits = (pattern: readonly string[], parts: readonly string[]): boolean =>
  pattern.length === parts.length && pattern.every((part, i) => part === parts[i] || (part === ':' && parts[i] !== ''));
