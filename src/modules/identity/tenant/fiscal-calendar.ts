import { sql } from '#kernel/db/sql.js';
import { calendarYear, type FiscalCalendar } from '#kernel/pure/fiscal.js';
import type { Work } from '#kernel/usecase/work.js';

/** How the company divides its years; null where it has not said so. */
export async function loadFiscalCalendar(work: Work, lock = false): Promise<FiscalCalendar | null> {
  const [tenant] = await work.rows<{ calendar: FiscalCalendar | null }>(
    lock
      ? sql`select fiscal_calendar as calendar from kernel.tenants where id = ${work.tenantId} for no key update`
      : sql`select fiscal_calendar as calendar from kernel.tenants where id = ${work.tenantId}`,
  );
  return tenant?.calendar ?? null;
}

export const isSameCalendar = (one: FiscalCalendar | null, other: FiscalCalendar): boolean => textOf(one ?? calendarYear) === textOf(other);

const textOf = (calendar: FiscalCalendar) => JSON.stringify(Object.entries(calendar).sort());
