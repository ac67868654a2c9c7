import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Worker } from 'node:worker_threads';
import { invalid } from '#kernel/errors/domain-error.js';
import type { Bytes } from './encoding.js';
import { limits, workbookLimits, type WorkbookLimits } from './limits.js';
import { checkHeader, checkRow, type ReadOptions, type Told } from './raw-table.js';

interface Row {
  readonly sheet: string;
  readonly line: number;
  readonly cells: readonly string[];
}
type Reply = { readonly rows: readonly Row[] } | { readonly done: true } | { readonly problem: string };

/** From source (tests) the worker is loaded from source too. */
const workerFile = new URL(`./xlsx.worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
const silentForMs = 120_000;

/** The sheets of a workbook, each a table. They are read in a thread that may use little memory. */
export async function* readXlsx(
  file: string,
  bytes: Bytes,
  options: ReadOptions = {},
  caps: WorkbookLimits = workbookLimits,
): AsyncGenerator<Told> {
  const folder = await mkdtemp(join(tmpdir(), 'kontor-workbook-'));
  const path = join(folder, 'book.xlsx');
  try {
    await pipeline(Readable.from(bytes()), createWriteStream(path, { mode: 0o600 }));
    const headers = new Map<string, readonly string[]>();
    for await (const row of rowsOf(file, path, caps)) yield* toldOf(file, row, headers, options);
    if (headers.size === 0) throw invalid('import.file_empty', `${file} has no sheet with a header line.`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function* toldOf(file: string, row: Row, headers: Map<string, readonly string[]>, options: ReadOptions): Generator<Told> {
  const table = `${file}#${row.sheet}`;
  const known = headers.get(table);
  const header = known ?? checkHeader(table, options.header ?? withoutTail(row.cells));
  if (!known) {
    headers.set(table, header);
    yield { table, header };
    if (!options.header) return;
  }
  const cells = row.cells.length < header.length ? [...row.cells, ...Array<string>(header.length - row.cells.length).fill('')] : row.cells;
  yield { table, line: row.line, ...checkRow(header, cells.slice(0, Math.max(header.length, withoutTail(cells).length))) };
}

/** Cells that are only formatted stand at the end of many rows. */
const withoutTail = (cells: readonly string[]): readonly string[] => cells.slice(0, cells.findLastIndex((cell) => cell.trim() !== '') + 1);

async function* rowsOf(file: string, path: string, caps: WorkbookLimits): AsyncGenerator<Row> {
  const worker = new Worker(workerFile, {
    env: {},
    execArgv: [],
    workerData: { path, limits: { ...limits, ...caps } },
    resourceLimits: { maxOldGenerationSizeMb: caps.memoryMegabytes, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 },
  });
  const replies = new Replies(worker);
  try {
    for (;;) {
      const reply = await replies.next();
      if ('problem' in reply) throw unsafe(file, reply.problem);
      if ('done' in reply) return;
      yield* reply.rows;
      worker.postMessage('more');
    }
  } finally {
    await worker.terminate();
  }
}

const unsafe = (file: string, problem: string) => invalid('import.workbook_refused', `${file} is refused: ${problem}.`);

/** What the thread says, one reply at a time. A thread that dies, or says nothing for long, has said that the workbook is too much. */
class Replies {
  private readonly heard: Reply[] = [];
  private wake: (() => void) | null = null;

  constructor(worker: Worker) {
    const tell = (reply: Reply) => {
      this.heard.push(reply);
      this.wake?.();
    };
    worker.on('message', tell);
    worker.on('error', () => tell({ problem: 'reading it takes more memory than a workbook may' }));
    worker.on('exit', () => tell({ problem: 'reading it takes more memory than a workbook may' }));
  }

  async next(): Promise<Reply> {
    let timer: NodeJS.Timeout | undefined;
    if (this.heard.length === 0) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        timer = setTimeout(resolve, silentForMs);
      });
      clearTimeout(timer);
    }
    return this.heard.shift() ?? { problem: 'reading it takes longer than a workbook may' };
  }
}
