import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';

export interface Shot {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  readonly headers: Readonly<Record<string, string>>;
}
export interface Speed {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

export const connections = Number(process.env['BENCH_CONNECTIONS'] ?? 32);
const hasWrk = spawnSync('wrk', ['--version']).error === undefined;
export const tool = hasWrk ? 'wrk' : 'autocannon';

/** How many of `shots` the server answers a second, all with a 2xx. wrk when it is installed, for it takes less of the cores it shares. */
export async function shoot(url: string, shots: readonly Shot[], seconds: number): Promise<Speed> {
  return hasWrk ? wrk(url, shots, seconds) : cannon(url, shots, seconds);
}

async function cannon(url: string, shots: readonly Shot[], seconds: number): Promise<Speed> {
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    requests: shots.map((shot) => ({ ...shot, headers: { ...shot.headers } })),
  });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} answers were not 2xx, ${result.errors} failed.`);
  return { perSecond: result.requests.average, p50: result.latency.p50, p99: result.latency.p99 };
}

async function wrk(url: string, shots: readonly Shot[], seconds: number): Promise<Speed> {
  const folder = mkdtempSync(join(tmpdir(), 'kontor-wrk-'));
  const script = join(folder, 'shots.lua');
  const lua = (text: string) => `[==[${text}]==]`;
  const table = (headers: Readonly<Record<string, string>>) =>
    `{${Object.entries(headers)
      .map(([k, v]) => `[ ${lua(k)} ]=${lua(v)}`)
      .join(',')}}`;
  const lines = shots.map(
    (shot) =>
      `  wrk.format(${lua(shot.method)}, ${lua(shot.path)}, ${table(shot.headers)}, ${shot.body === undefined ? 'nil' : lua(shot.body)})`,
  );
  writeFileSync(
    script,
    `local shots = nil\nlocal n = 0\nfunction init(args)\n  shots = {\n${lines.join(',\n')}\n  }\nend\nfunction request()\n  n = n % #shots + 1\n  return shots[n]\nend\n`,
  );
  const child = spawn('wrk', ['-t1', `-c${connections}`, `-d${Math.max(1, Math.round(seconds))}s`, '--latency', '-s', script, url], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += String(chunk);
  });
  let out = '';
  for await (const chunk of child.stdout) out += String(chunk);
  rmSync(folder, { recursive: true, force: true });
  if (said !== '' || !/Requests\/sec/.test(out) || /Non-2xx|Socket errors/.test(out))
    throw new Error(`Not all answers were good:\n${said}${out}`);
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(out)?.[1]),
    p50: millis(/^\s*50%\s+(\S+)/m.exec(out)?.[1]),
    p99: millis(/^\s*99%\s+(\S+)/m.exec(out)?.[1]),
  };
}

function millis(text: string | undefined): number {
  const [, value = '0', unit = 'ms'] = /^([\d.]+)(us|ms|s)$/.exec(text ?? '') ?? [];
  return Number(value) * ({ us: 0.001, ms: 1, s: 1000 }[unit] ?? 1);
}
