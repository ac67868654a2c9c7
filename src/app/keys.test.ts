import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadJwtKeys, loadSigner } from './keys.js';

describe('keys', () => {
  const home = mkdtempSync(join(tmpdir(), 'kontor-keys-'));
  const settings = { home, isProduction: false, jwtPrivateKey: null, jwtPublicKeys: [], secret: null };
  afterAll(() => rmSync(home, { recursive: true }));

  test('are made once, kept, and readable by their owner only', () => {
    const [first, second] = [loadJwtKeys(settings), loadJwtKeys(settings)];
    expect(second.active.kid).toBe(first.active.kid);
    expect(first.publicKeys.has(first.active.kid)).toBe(true);
    loadSigner(settings);
    expect(readdirSync(home).sort()).toEqual(['jwt-private-key.pem', 'secret']);
    for (const name of readdirSync(home)) expect(statSync(join(home, name)).mode & 0o777).toBe(0o600);
  });

  test('a signature is good for its purpose, its text and its secret only', () => {
    const signer = loadSigner(settings);
    const signature = signer.sign('unsubscribe', 'a');
    expect(signer.verify('unsubscribe', 'a', signature)).toBe(true);
    expect(signer.verify('unsubscribe', 'b', signature)).toBe(false);
    expect(signer.verify('cursor', 'a', signature)).toBe(false);
    expect(signer.verify('unsubscribe', 'a', '')).toBe(false);
    expect(loadSigner({ ...settings, secret: 'x'.repeat(32) }).verify('unsubscribe', 'a', signature)).toBe(false);
  });

  test('production makes nothing up', () => {
    expect(() => loadSigner({ ...settings, home: join(home, 'other'), isProduction: true })).toThrow('In production');
  });
});
