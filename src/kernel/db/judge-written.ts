import type { Judging, Written } from '../usecase/judge.js';
import type { Connection } from './connection.js';
import { translate } from './constraint-errors.js';
import type { Sql } from './sql.js';

/** Has the tenant's judge look at rows that were just written. Tenants without one pay nothing. */
export async function judgeWritten(connection: Connection, { judge, warnings }: Judging, written: Written): Promise<void> {
  if (written.ids.length === 0 || !judge.concerns(written.resource.name)) return;
  const { client, tenantId, actor, now } = connection;
  const rows = async <T>(statement: Sql): Promise<T[]> => {
    const { text, values } = statement.compile();
    try {
      return (await client.query<Record<string, unknown>>(text, values)).rows as T[];
    } catch (error) {
      throw translate(error);
    }
  };
  warnings.push(...(await judge.judge(written, { tenantId, actor, now, rows })));
}
