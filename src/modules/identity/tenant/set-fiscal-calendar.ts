import { noteAudit } from '#kernel/audit/note-audit.js';
import { sql } from '#kernel/db/sql.js';
import { openWorkOf } from '#kernel/db/twins.js';
import { invalid } from '#kernel/errors/domain-error.js';
import { isFiscalCalendar, weekPatterns, type FiscalCalendar } from '#kernel/pure/fiscal.js';
import { boolean, choice, integer } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import { isSameCalendar, loadFiscalCalendar } from './fiscal-calendar.js';

const incomplete =
  'A year of months has a first month; one of weeks has a pattern, the month and weekday it ends on, and which of those. Nothing of the other kind.';

export const setFiscalCalendar = defineCommand({
  name: 'fiscal_calendar.set',
  summary: 'Say how the company divides its years.',
  description:
    'Filters such as `during: this_fiscal_quarter` go by it at once. A company that says nothing has calendar years. The same once more does nothing.',
  rest: { path: '/fiscal-calendar/set' },
  input: {
    kind: choice(['months', 'weeks'], {
      required: true,
      description: 'Of twelve months from any month on, or of 52 or 53 whole weeks (4-4-5 and its kin).',
    }),
    firstMonth: integer({
      min: 1,
      max: 12,
      description: 'For months: the first one, 1 is January. The year is named after the one it ends in.',
    }),
    pattern: choice(weekPatterns, { description: 'For weeks: how many each of the three periods of a quarter has.' }),
    lastMonth: integer({ min: 1, max: 12, description: 'For weeks: the month it ends in, 1 is January. The year is named after it.' }),
    lastWeekday: integer({ min: 1, max: 7, description: 'For weeks: the day of the week it ends on, 1 is Monday.' }),
    ends: choice(['last', 'nearest'], { description: 'For weeks: on the last such day of that month, or on the one nearest to its end.' }),
  },
  output: { changed: boolean({ required: true, description: 'False: it was so already.' }) },
  errors: { 'fiscal_calendar.incomplete': incomplete },

  async run(input, work) {
    const calendar = calendarOf(input);
    const before = await loadFiscalCalendar(work, true);
    if (isSameCalendar(before, calendar)) return { changed: false };
    await work.rows(sql`update kernel.tenants set fiscal_calendar = ${JSON.stringify(calendar)}::jsonb where id = ${work.tenantId}`);
    await noteAudit(openWorkOf(work), {
      resource: 'fiscal_calendar',
      recordId: work.tenantId,
      action: 'updated',
      class: 'change',
      changes: { calendar: [before, calendar] },
    });
    return { changed: true };
  },
});

function calendarOf(input: Readonly<Record<string, unknown>>): FiscalCalendar {
  const said = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null && value !== undefined));
  const wanted = said['kind'] === 'months' ? 2 : 5;
  if (Object.keys(said).length !== wanted || !isFiscalCalendar(said)) throw invalid('fiscal_calendar.incomplete', incomplete);
  return said;
}
