import { createHmac, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { issueAccessToken } from '#api/auth/access-token.js';
import { bearer, openAuthKit, type AuthKit, type Company } from './auth-kit.js';

type Header = Record<string, unknown>;
type Payload = Record<string, unknown>;

let auth: AuthKit;
let company: Company;
let good: { header: Header; payload: Payload; token: string };
const now = () => Math.floor(Date.now() / 1000);
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (text: string | undefined): Record<string, unknown> =>
  JSON.parse(Buffer.from(text ?? '', 'base64url').toString()) as Record<string, unknown>;
const es256 = (text: string, key: KeyObject) => sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
const signed = (header: unknown, payload: unknown, key?: KeyObject) => {
  const text = `${part(header)}.${part(payload)}`;
  return `${text}.${es256(text, key ?? auth.tokens.keys.active.privateKey)}`;
};
const withHeader = (change: Header, key?: KeyObject) => signed({ ...good.header, ...change }, good.payload, key);
const withPayload = (change: Payload) => signed(good.header, { ...good.payload, ...change });
const without = (object: Record<string, unknown>, name: string) =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
const publicPem = () => auth.tokens.keys.publicKeys.get('k1')?.export({ type: 'spki', format: 'pem' }).toString() ?? '';

beforeAll(async () => {
  auth = await openAuthKit();
  company = await auth.company();
  const { accessToken: token } = await company.login();
  const [header, payload] = token.split('.');
  good = { header: decode(header), payload: decode(payload), token };
});
afterAll(() => auth.close());

test('the token the forgeries are made from is good, and so is a copy signed by our key', async () => {
  await expect(auth.authenticator.authenticate(bearer(good.token))).resolves.toMatchObject({ tenantId: company.tenantId });
  await expect(auth.authenticator.authenticate(bearer(signed(good.header, good.payload)))).resolves.toMatchObject({
    tenantId: company.tenantId,
  });
});

const forgeries: Record<string, () => string> = {
  'no signature, alg none': () => `${part({ ...good.header, alg: 'none' })}.${part(good.payload)}.`,
  'no signature, alg NoNe': () => `${part({ ...good.header, alg: 'NoNe' })}.${part(good.payload)}.`,
  'our header, signature left out': () => good.token.replace(/[^.]+$/, ''),
  'alg none with the old signature': () => `${part({ ...good.header, alg: 'none' })}.${good.token.split('.').slice(1).join('.')}`,
  'HS256 with the public key as secret': () => {
    const text = `${part({ ...good.header, alg: 'HS256' })}.${part(good.payload)}`;
    return `${text}.${createHmac('sha256', publicPem()).update(text).digest('base64url')}`;
  },
  'HS256 with an empty secret': () => {
    const text = `${part({ ...good.header, alg: 'HS256' })}.${part(good.payload)}`;
    return `${text}.${createHmac('sha256', '').update(text).digest('base64url')}`;
  },
  'RS256 with a key of its own': () => {
    const text = `${part({ ...good.header, alg: 'RS256' })}.${part(good.payload)}`;
    return `${text}.${sign('sha256', Buffer.from(text), rsa.privateKey).toString('base64url')}`;
  },
  'ES384 in the header': () => withHeader({ alg: 'ES384' }),
  'signed by a stranger under our kid': () => withHeader({}, stranger.privateKey),
  'unknown kid': () => withHeader({ kid: 'k2' }),
  'kid as a path': () => withHeader({ kid: '../../../../dev/null' }),
  'kid as SQL': () => withHeader({ kid: "k1' union select 'x" }),
  'kid that is a property of every object': () => withHeader({ kid: '__proto__' }, stranger.privateKey),
  'kid as a list': () => withHeader({ kid: ['k1'] }),
  'no kid': () => signed(without(good.header, 'kid'), good.payload),
  'brings its own key (jwk)': () => withHeader({ jwk: stranger.publicKey.export({ format: 'jwk' }) }, stranger.privateKey),
  'points to a key (jku)': () => withHeader({ jku: 'https://evil.example/keys.json' }),
  'points to a certificate (x5u)': () => withHeader({ x5u: 'https://evil.example/cert.pem' }),
  'critical extension nobody knows': () => withHeader({ crit: ['exp'], exp: 1 }),
  'unencoded payload (b64)': () => withHeader({ b64: false, crit: ['b64'] }),
  'an id token (typ JWT)': () => withHeader({ typ: 'JWT' }),
  'no typ': () => signed(without(good.header, 'typ'), good.payload),
  'other issuer': () => withPayload({ iss: 'https://evil.example' }),
  'no issuer': () => signed(good.header, without(good.payload, 'iss')),
  'other audience': () => withPayload({ aud: 'another-service' }),
  'no audience': () => signed(good.header, without(good.payload, 'aud')),
  expired: () => withPayload({ iat: now() - 1000, exp: now() - 100 }),
  'no end': () => signed(good.header, without(good.payload, 'exp')),
  'end as text': () => withPayload({ exp: '9999999999' }),
  'good for a year': () => withPayload({ exp: now() + 31_536_000 }),
  'not yet valid': () => withPayload({ nbf: now() + 600 }),
  'issued in the future': () => withPayload({ iat: now() + 600, exp: now() + 1200 }),
  'no subject': () => signed(good.header, without(good.payload, 'sub')),
  'subject as an object': () => withPayload({ sub: { $gt: '' } }),
  'another user on this session': () => withPayload({ sub: randomUUID() }),
  'another tenant on this session': () => withPayload({ tid: randomUUID() }),
  'a session that never was': () => withPayload({ sid: randomUUID() }),
  'payload changed under the old signature': () => {
    const [header, , signature] = good.token.split('.');
    return `${header}.${part({ ...good.payload, tid: randomUUID() })}.${signature}`;
  },
  'payload is a list': () => signed(good.header, [good.payload]),
  'payload is text': () => signed(good.header, 'admin'),
  'four parts': () => `${good.token}.x`,
  'not a token': () => 'abc',
  'a key nobody made': () => `kontor_${'0'.repeat(32)}_${'A'.repeat(43)}`,
  'a key of odd shape': () => 'kontor_1_2',
  'longer than any token': () => `${good.token}${'A'.repeat(5000)}`,
};

test.each(Object.entries(forgeries))('H01 refused: %s', async (_name, forge) => {
  await expect(auth.authenticator.authenticate(bearer(forge()))).rejects.toMatchObject({ kind: 'unauthorized' });
  // The second time it must not come out of a memory either.
  await expect(auth.authenticator.authenticate(bearer(forge()))).rejects.toMatchObject({ kind: 'unauthorized' });
});

test('a session of one company cannot be used with a token that names another', async () => {
  const other = await auth.company();
  await expect(auth.authenticator.authenticate(bearer(withPayload({ tid: other.tenantId, sub: other.adminId })))).rejects.toMatchObject({
    code: 'auth.session_revoked',
  });
});

test('headers that are no bearer header are refused, and an absent one asks for a sign-in', async () => {
  for (const header of ['', undefined])
    await expect(auth.authenticator.authenticate(header)).rejects.toMatchObject({ code: 'auth.required' });
  for (const header of [good.token, `Basic ${good.token}`, `Bearer`, `Bearer ${good.token} x`, `Bearer\n${good.token}`]) {
    await expect(auth.authenticator.authenticate(header)).rejects.toMatchObject({ code: 'auth.token_invalid' });
  }
});

test('after a change of keys, tokens of the retired key are good until it is taken away', async () => {
  const claims = { tenantId: company.tenantId, userId: company.adminId, sessionId: String(good.payload['sid']) };
  const next = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = { active: { kid: 'k9', privateKey: next.privateKey }, publicKeys: new Map([['k9', next.publicKey]]) };
  await expect(auth.authenticator.authenticate(bearer(issueAccessToken(claims, { ...auth.tokens, keys })))).rejects.toMatchObject({
    code: 'auth.token_invalid',
  });
  await expect(auth.authenticator.authenticate(bearer(issueAccessToken(claims, auth.tokens)))).resolves.toMatchObject({
    sessionId: claims.sessionId,
  });
});
