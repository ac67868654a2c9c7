import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { issueAccessToken } from '#api/auth/access-token.js';
import type { FieldRights, Permissions } from '#kernel/access/actor.js';
import { systemActor } from '#kernel/access/actor.js';
import { createApiKey } from '#modules/identity/api-key/create-api-key.js';
import { deactivateUser } from '#modules/identity/user/deactivate-user.js';
import { grant, uniqueName, type Room } from './company.js';
import type { Machine } from './machine.js';
import { send } from './wire.js';

/** Who asks. */
export interface Person {
  readonly name: string;
  /** Null: comes from no company, or with a proof that does not hold. */
  readonly tenantId: string | null;
  readonly permissions: Permissions;
  readonly userId: string | null;
  /** What stands in the Authorization header; several where a class of proofs is tried in turn. */
  readonly tokens: readonly string[];
}

interface Made extends Person {
  readonly sessionId: string;
}

/** What somebody holds: rights, and what is kept from him of single fields. */
interface Holding {
  readonly permissions: Permissions;
  readonly fieldRules: FieldRights;
}

/** A signed-in user with just these rights. */
export const person = (machine: Machine, company: Room, name: string, permissions: Permissions): Promise<Made> =>
  personWith(machine, company, name, { permissions, fieldRules: {} });

export async function personWith(machine: Machine, company: Room, name: string, { permissions, fieldRules }: Holding): Promise<Made> {
  const userId = await company.work(async (work) => {
    const called = uniqueName('u');
    const user = await work.repo(work.resource('user')).create({ name: called, email: `${called}@example.test` });
    if (Object.keys(permissions).length > 0) await grant(work, user.id, permissions, fieldRules);
    return user.id;
  });
  return { ...(await signedIn(machine, company, userId)), name, permissions };
}

/** A user who is there already, with a session of his own. */
export async function signedIn(machine: Machine, company: Room, userId: string): Promise<Made> {
  const sessionId = await company.work(async (work) => {
    const expiresAt = new Date(work.now.getTime() + 86_400_000);
    return (await work.repo(work.resource('session')).create({ userId, expiresAt })).id;
  });
  const token = issueAccessToken({ tenantId: company.tenantId, userId, sessionId }, machine.tokens);
  return { name: 'signed in', tenantId: company.tenantId, permissions: {}, userId, sessionId, tokens: [token] };
}

export const anonymous: Person = { name: 'anonymous', tenantId: null, permissions: {}, userId: null, tokens: [] };

/** A key of somebody with all rights that was given just these. */
export async function apiKey(machine: Machine, company: Room, name: string, permissions: Permissions): Promise<Person> {
  return keyOf(machine, company, await person(machine, company, 'key maker', { '*': 'all' }), { name, permissions });
}

/** A key that somebody with all rights made for just these. */
export async function keyOf(machine: Machine, company: Room, maker: Made, given: Pick<Person, 'name' | 'permissions'>): Promise<Person> {
  const actor = { ...systemActor('maker'), kind: 'user' as const, id: maker.userId, userId: maker.userId };
  const { result } = await machine.auth.runner.run(
    createApiKey,
    { name: uniqueName('key'), permissions: given.permissions },
    { tenantId: company.tenantId, actor },
  );
  const key = { ...maker, ...given, tokens: [result.key] };
  // The first use of a key is written down.
  await send(machine, key, { method: 'GET', path: '/v1/me' });
  return key;
}

/** Had all rights; the token has minutes to go, the user was sent away. */
export async function deactivated(machine: Machine, company: Room): Promise<Person> {
  const gone = await person(machine, company, 'deactivated', { '*': 'all' });
  const actor = systemActor('matrix');
  await machine.auth.runner.run(deactivateUser, { userId: gone.userId }, { tenantId: company.tenantId, actor });
  return { ...gone, tenantId: null };
}

/** The token of an administrator that was good until a minute ago. */
export async function expired(machine: Machine, company: Room): Promise<Person> {
  const admin = await person(machine, company, 'expired', { '*': 'all' });
  const now = Math.floor(Date.now() / 1000);
  return { ...admin, tenantId: null, tokens: [changed(machine, admin.tokens[0] ?? '', { iat: now - 960, exp: now - 60 })] };
}

/** Proofs somebody made up, one of each kind; H01 tries many more at the place where all of them are judged. */
export async function forged(machine: Machine, company: Room, other: Room): Promise<Person> {
  const admin = await person(machine, company, 'forged', { '*': 'all' });
  const thief = await person(machine, other, 'thief', { '*': 'all' });
  const good = admin.tokens[0] ?? '';
  const [header = '', payload = '', signature = ''] = good.split('.');
  const { publicKeys } = machine.tokens.keys;
  const pem = publicKeys.get('k1')?.export({ type: 'spki', format: 'pem' }).toString() ?? '';
  const hs = `${part({ ...read(header), alg: 'HS256' })}.${payload}`;
  const stolen = `${header}.${part({ ...read(payload), tid: other.tenantId })}.${signature}`;
  const tokens = [
    `${part({ ...read(header), alg: 'none' })}.${payload}.`,
    `${hs}.${createHmac('sha256', pem).update(hs).digest('base64url')}`,
    resigned({ header: read(header), payload: read(payload) }, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
    stolen,
    // Signed by us, for a session of another company.
    changed(machine, thief.tokens[0] ?? '', { tid: company.tenantId }),
    changed(machine, good, { aud: 'another-service' }),
    `kontor_${'0'.repeat(32)}_${'A'.repeat(43)}`,
  ];
  return { name: 'forged', tenantId: null, permissions: {}, userId: null, tokens };
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const read = (text: string): Record<string, unknown> => JSON.parse(Buffer.from(text, 'base64url').toString());

function changed(machine: Machine, token: string, change: Readonly<Record<string, unknown>>): string {
  const [header = '', payload = ''] = token.split('.');
  return resigned({ header: read(header), payload: { ...read(payload), ...change } }, machine.tokens.keys.active.privateKey);
}

function resigned({ header, payload }: { header: unknown; payload: unknown }, key: KeyObject): string {
  const text = `${part(header)}.${part(payload)}`;
  return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}
