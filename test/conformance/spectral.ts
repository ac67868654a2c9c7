import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { resolve } from 'node:path';

export interface SpectralFinding {
  readonly code: string;
  readonly message: string;
  readonly path: string;
}

/** All that Spectral has to say about an OpenAPI document, errors and warnings alike, by its own rules and those of OWASP. */
export async function spectral(document: string): Promise<SpectralFinding[]> {
  const child = spawn(process.execPath, [resolve('test/conformance/spectral-run.ts')], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(document);
  const [answer, [status]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (status !== 0) throw new Error(`Spectral ended with ${String(status)}.`);
  return JSON.parse(answer) as SpectralFinding[];
}
