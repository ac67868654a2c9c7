import { generateKeyPairSync } from 'node:crypto';
import { Environment, readConfig } from './config.js';
import { SETTINGS, settingsTable } from './settings-table.js';

const pem = (namedCurve: string) =>
  generateKeyPairSync('ec', { namedCurve }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

describe('the settings', () => {
  test('an empty environment is a complete configuration', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      publicUrl: 'http://localhost:3000',
      database: null,
      redisUrl: null,
      isProduction: false,
    });
  });

  test('an empty value counts as not set', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: ' ' })).toMatchObject({ port: 3000, database: null });
  });

  test.each([
    ['PORT', 'abc', 'PORT is "abc": it must be a whole number from 0 to 65535 (0 takes any free port).'],
    ['PORT', '70000', 'PORT is "70000": it must be a whole number from 0 to 65535 (0 takes any free port).'],
    ['PORT', '30.5', 'PORT is "30.5"'],
    ['HOST', 'a b', 'HOST is "a b"'],
    ['PUBLIC_URL', 'https://crm.example.org/app', 'PUBLIC_URL is'],
    ['PUBLIC_URL', 'ftp://crm.example.org', 'PUBLIC_URL is'],
    ['DATABASE_URL', 'mysql://x', 'DATABASE_URL is not valid: it must be an address like postgres://'],
    ['REDIS_URL', 'localhost:6379', 'REDIS_URL is not valid'],
    ['MAIL_FROM', 'nobody', 'MAIL_FROM is "nobody"'],
    ['TRUST_PROXY', 'maybe', 'TRUST_PROXY is "maybe"'],
    ['TRUST_PROXY', '10.0.0.0/99', 'TRUST_PROXY is "10.0.0.0/99"'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL is "loud"'],
    ['KONTOR_SECRET', 'short', 'KONTOR_SECRET is not valid'],
    ['JWT_PRIVATE_KEY', pem('P-384'), 'JWT_PRIVATE_KEY is not valid'],
    ['DB_POOL_SIZE', '1', 'DB_POOL_SIZE is "1"'],
  ])('%s=%s is refused in a sentence', (name, value, sentence) => {
    expect(() => readConfig({ [name]: value })).toThrow(sentence);
  });

  test('a refused secret is not repeated', () => {
    expect(() => readConfig({ KONTOR_SECRET: 'hush' })).toThrow(expect.objectContaining({ message: expect.not.stringContaining('hush') }));
  });

  test('all that is wrong is told at once', () => {
    expect(() => readConfig({ PORT: 'x', LOG_LEVEL: 'y' })).toThrow(/PORT[^]*LOG_LEVEL/);
  });

  test('O03 production needs its own keys and address', () => {
    expect(() => readConfig({ NODE_ENV: 'production' })).toThrow(
      /PUBLIC_URL is not set[^]*JWT_PRIVATE_KEY is not set[^]*KONTOR_SECRET is not set/,
    );
    const env = {
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://crm.example.org/',
      JWT_PRIVATE_KEY: pem('P-256').replaceAll('\n', '\\n'),
      KONTOR_SECRET: 'x'.repeat(32),
    };
    expect(readConfig(env)).toMatchObject({ isProduction: true, publicUrl: 'https://crm.example.org' });
  });

  test('a replica without its database is a contradiction', () => {
    expect(() => readConfig({ DATABASE_OWNER_URL: 'postgres://a@b/c' })).toThrow('DATABASE_OWNER_URL is set and DATABASE_URL is not');
  });

  test.each([
    ['2', 2],
    ['true', true],
    ['10.0.0.0/8, 127.0.0.1', '10.0.0.0/8, 127.0.0.1'],
  ])('TRUST_PROXY=%s is read', (text, value) => {
    expect(readConfig({ TRUST_PROXY: text }).trustProxy).toBe(value);
  });

  test('a sender has a name or not', () => {
    expect(readConfig({ MAIL_FROM: 'Kontor GmbH <crm@example.org>' }).mailFrom).toEqual({
      name: 'Kontor GmbH',
      address: 'crm@example.org',
    });
    expect(readConfig({ MAIL_FROM: 'crm@example.org' }).mailFrom).toEqual({ address: 'crm@example.org' });
  });

  test('every setting is in the table, and the table has no other', () => {
    const read = new Set<string>();
    const values = new Proxy({}, { get: (_target, name) => void read.add(String(name)) });
    readConfig(values);
    expect([...read].sort()).toEqual(Object.keys(SETTINGS).sort());
    expect(Object.keys(new Environment()).every((name) => name in SETTINGS)).toBe(true);
    expect(settingsTable().split('\n')).toHaveLength(Object.keys(SETTINGS).length + 2);
  });
});
