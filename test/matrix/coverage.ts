import type { Operation } from './surfaces.js';
import type { Trial } from './judge.js';
import type { Works } from './works.js';

/** What was tried, as a table for people. */
export function coverage({
  operations,
  works,
  tried,
}: {
  operations: readonly Operation[];
  works: Works;
  tried: readonly Trial[];
}): string {
  const people = [...new Set(tried.map(({ person }) => group(person.name)))];
  const rows = people.map((name) => {
    const of = tried.filter(({ person }) => group(person.name) === name);
    const refused = of.filter(({ expected }) => expected.outcome === 'refused').length;
    return [name, of.length, refused, of.length - refused];
  });
  const exact = [...works.ways.values()].filter((way) => way.exact).length;
  return [
    '',
    `Access matrix: ${operations.filter(({ surface }) => surface === 'rest').length} routes and ${operations.filter(({ surface }) => surface === 'graphql').length} root fields.`,
    `Works for who may: ${works.done} of ${works.done + works.stuck.size}; ${exact} of ${works.ways.size} deeds with nothing but their permission and the right to read.`,
    table([['asked by', 'requests', 'must be refused', 'may pass'], ...rows]),
    '',
  ].join('\n');
}

const group = (name: string) => (name.startsWith('all but ') ? 'all rights but the needed one' : name);

function table(rows: readonly (readonly (string | number)[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => String(row[i]).length)));
  return rows
    .map((row) => row.map((cell, i) => (i === 0 ? String(cell).padEnd(widths[i] ?? 0) : String(cell).padStart(widths[i] ?? 0))).join('  '))
    .join('\n');
}
