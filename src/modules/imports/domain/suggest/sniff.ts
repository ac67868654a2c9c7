import { dayFormats, transform } from '../transform.js';
import type { DayFormat } from '../mapping.js';

/** What the cells of a column look like. */
export interface Look {
  /** Of the cells that are not empty, how many there are. */
  readonly filled: number;
  readonly kind:
    'empty' | 'text' | 'longText' | 'email' | 'phone' | 'url' | 'boolean' | 'integer' | 'decimal' | 'date' | 'instant' | 'words';
  readonly format?: DayFormat;
  readonly mark?: '.' | ',';
  /** Of words: which ones. */
  readonly words?: readonly string[];
}

const most = 0.9;
const share = (cells: readonly string[], holds: (cell: string) => boolean): number => cells.filter(holds).length / cells.length;

const email = /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/;
const url = /^(https?:\/\/|www\.)\S+$/i;
const integer = /^[+-]?\d{1,9}$/;
const boolean = /^(true|false|yes|no|ja|nein)$/i;
const phone = /^\+?[\d\s()./-]{6,20}( ?(x|ext\.?) ?\d+)?$/i;
const withTime = /[T ]\d{1,2}:\d{2}/;

/** Looks at some cells of a column. A format counts only when nearly all of them have it; of two that fit, the one that is told apart by a day above 12. */
export function sniff(given: readonly string[]): Look {
  const cells = given.filter((cell) => cell !== '' && cell !== '\\N');
  const filled = cells.length;
  if (filled === 0) return { filled, kind: 'empty' };
  if (share(cells, (cell) => email.test(cell)) >= most) return { filled, kind: 'email' };
  if (share(cells, (cell) => url.test(cell)) >= most) return { filled, kind: 'url' };
  if (share(cells, (cell) => boolean.test(cell)) >= most) return { filled, kind: 'boolean' };
  const format = formatOf(cells);
  if (format) return { filled, kind: share(cells, (cell) => withTime.test(cell)) >= most ? 'instant' : 'date', format };
  if (share(cells, isDialled) >= most) return { filled, kind: 'phone' };
  return sniffNumber(cells) ?? sniffText(cells);
}

/** Digits with the marks people put into telephone numbers, and not into others. */
const isDialled = (cell: string): boolean =>
  phone.test(cell) && /^[+(0]|[()/]|\d-\d/.test(cell) && /[+()\s/-]/.test(cell) && cell.replaceAll(/\D/g, '').length >= 6;

function formatOf(cells: readonly string[]): DayFormat | null {
  const days = cells.map((cell) => cell.replace(/[T ]\d{1,2}:\d{2}.*$/, ''));
  const fits = (format: DayFormat) => share(days, (day) => 'value' in transform(day, [{ do: 'date', format }])) >= most;
  // Eight digits are a number to most people; only years of our time make them a day.
  const usable = dayFormats.filter((format) => !['iso', 'us', 'eu', 'yyyymmdd'].includes(format) && fits(format));
  const compact = share(cells, (cell) => /^(19|20)\d{6}$/.test(cell)) >= most && fits('yyyymmdd');
  return usable[0] ?? (compact ? 'yyyymmdd' : null);
}

function sniffNumber(cells: readonly string[]): Look | null {
  const filled = cells.length;
  if (share(cells, (cell) => integer.test(cell)) >= most) return { filled, kind: 'integer' };
  const fits = (mark: '.' | ',') => share(cells, (cell) => 'value' in transform(cell, [{ do: 'decimal', mark }]));
  const [dot, comma] = [fits('.'), fits(',')];
  if (Math.max(dot, comma) < most) return null;
  // 1.234 alone could be either; whichever reads more cells is meant, and a dot when both read all.
  return { filled, kind: 'decimal', mark: comma > dot ? ',' : '.' };
}

function sniffText(cells: readonly string[]): Look {
  const filled = cells.length;
  if (share(cells, (cell) => phone.test(cell) && cell.replaceAll(/\D/g, '').length >= 6) >= most) return { filled, kind: 'phone' };
  if (cells.some((cell) => cell.includes('\n'))) return { filled, kind: 'longText' };
  const words = [...new Set(cells)];
  return filled >= 8 && words.length <= Math.min(12, filled / 2) ? { filled, kind: 'words', words } : { filled, kind: 'text' };
}
