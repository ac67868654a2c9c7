import './global-setup.ts';

/** Stops what the set-up started and removes its files. */
// Jest asks for a default export here.
export default async function globalTeardown(): Promise<void> {
  await globalThis.stopTestServer?.();
}
