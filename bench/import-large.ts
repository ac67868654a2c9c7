// Memory of the importing process over a file of many rows. `npm run bench -- import-large --rows=5000000 --write=200000`.
// Three parts, each in turn over the same file: reading it to its end into the database; mapping all of its rows with the look for keys
// that come again; and writing the first of them, `--write=all` of them to the end of the import. Prints the resident memory as it goes,
// and of the writing how fast it is, tenth by tenth: what grows with what is there already shows there.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImportRun } from '#modules/imports/import/import-run.resource.js';
import { beginImport } from '#modules/imports/import/create-import.js';
import { openImport } from '#modules/imports/run/open-import.js';
import { readStep } from '#modules/imports/run/read-step.js';
import { runImport } from '#modules/imports/run/run-import.js';
import { Upload } from '#modules/imports/store/upload.js';
import { contactMapping, withImporter, writeContacts } from './import.ts';

const option = (name: string, usual: number) =>
  Number(process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? usual);
const rows = option('rows', 5_000_000);
const isWhole = process.argv.includes('--write=all');
const written = isWhole ? rows : Math.min(rows, option('write', 100_000));

const everyMs = option('every', 5) * 1000;

const samples: { part: string; seconds: number; rows: number; megabytes: number }[] = [];
/** Runs a part, and looks at the memory every few seconds and at its end. Rows are not known while a file is read for the first time. */
async function watched(part: string, work: (at: (row: number) => void) => Promise<unknown>): Promise<void> {
  const began = performance.now();
  let row = 0;
  const look = () =>
    samples.push({
      part,
      seconds: Math.round((performance.now() - began) / 100) / 10,
      rows: row,
      megabytes: Math.round(process.memoryUsage().rss / 2 ** 20),
    });
  const timer = setInterval(look, everyMs);
  await work((done) => (row = done)).finally(() => clearInterval(timer));
  look();
}

/** Rows a second and memory of each tenth of the rows that are written. */
class Tenths {
  readonly told: { rows: number; perSecond: number; megabytes: number }[] = [];
  private at = { rows: 0, time: performance.now() };

  note(done: number): void {
    const time = performance.now();
    if (done - this.at.rows < written / 10) return;
    const perSecond = Math.round(((done - this.at.rows) * 1000) / (time - this.at.time));
    const line = { rows: done, perSecond, megabytes: Math.round(process.memoryUsage().rss / 2 ** 20) };
    console.log(`${line.rows.toLocaleString('en')} rows, ${line.perSecond} a second, ${line.megabytes} MB`);
    this.told.push(line);
    this.at = { rows: done, time };
  }
}

const folder = mkdtempSync(join(tmpdir(), 'kontor-bench-'));
try {
  const file = join(folder, 'contacts.csv');
  await writeContacts(file, rows);
  console.log(`${rows.toLocaleString('en')} rows, ${Math.round(statSync(file).size / 2 ** 20)} MB`);
  await withImporter(async (transact) => {
    const upload = await Upload.fromDisk(file, 'contacts.csv');
    const { importId } = await transact((work) => beginImport(work, [upload]));
    await watched('read into the database', async (at) => {
      const { tables } = await runImport(importId, transact);
      at(tables?.[0]?.rows ?? 0);
    });
    await transact((work) => work.repo(ImportRun).update(importId, { state: 'running', mapping: 'own', definition: contactMapping }));
    await watched('map and look for repeats', async (at) => {
      const source = await openImport(importId, transact);
      if (!source) throw new Error('There is nothing to read.');
      let row = 0;
      for await (const { fate } of readStep(source, 0, 0)) if (fate === 'import') at((row += 1));
      if (row !== rows) throw new Error(`Only ${row} rows were read.`);
    });
    await watched('write', async (at) => {
      let done = 0;
      const tenths = new Tenths();
      const onProgress = ({ processed }: ImportRun) => {
        at((done = processed));
        tenths.note(processed);
      };
      const run = await runImport(importId, transact, { onProgress, pause: () => !isWhole && done >= written });
      if (run.created < written || (isWhole && run.state !== 'finished')) throw new Error(`Only ${run.created} rows were written.`);
      console.table(tenths.told);
    });
  });
  console.table(samples);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
