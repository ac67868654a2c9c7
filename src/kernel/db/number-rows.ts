import { customFields } from '../resource/columns.js';
import type { Resource } from '../resource/define-resource.js';
import type { Connection } from './connection.js';

/** Gives new rows the next numbers of their series, in their order. Whoever makes some at the same time waits for a moment. */
export async function numberRows(
  resource: Resource,
  { client, tenantId, now }: Connection,
  rows: readonly Record<string, unknown>[],
): Promise<void> {
  for (const [name, { stored }] of customFields(resource)) {
    const series = stored?.in === 'custom' ? stored.series : undefined;
    const blank = rows.filter((row) => row[name] === null || row[name] === undefined);
    if (!series || blank.length === 0) continue;
    const { rows: answer } = await client.query<{ last: string }>({
      name: 'number_rows',
      text: `insert into kernel.number_series (tenant_id, series, last) values ($1, $2, $3)
        on conflict (tenant_id, series) do update set last = number_series.last + excluded.last returning last`,
      values: [tenantId, series.name, blank.length],
    });
    const first = Number(answer[0]?.last) - blank.length + 1;
    blank.forEach((row, i) => (row[name] = numberText(series.pattern, first + i, now.getUTCFullYear())));
  }
}

const numberText = (pattern: string, number: number, year: number): string =>
  pattern.replace('{year}', String(year)).replace(/\{(0+)\}/, (_, zeros: string) => String(number).padStart(zeros.length, '0'));
