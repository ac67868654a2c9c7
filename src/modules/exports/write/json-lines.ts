import type { Table } from './formats.js';

/** A record a line, as REST shows it: nothing is a cell here, so nothing has to be made harmless. */
export async function* writeJsonLines({ pages }: Table): AsyncGenerator<string> {
  for await (const rows of pages()) yield rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}
