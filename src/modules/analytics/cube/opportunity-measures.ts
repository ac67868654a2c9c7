import { sql, trusted, type Sql } from '#kernel/db/sql.js';
import type { Measure } from './model.js';

export const column = (name: string) => trusted(`f.${name}`);
export const won = sql`f.status = 'won'`;
export const lost = sql`f.status = 'lost'`;
export const closed = sql`f.status in ('won', 'lost')`;
export const open = sql`f.status = 'open'`;

const count = (where: Sql) => sql`count(*) filter (where ${where})::numeric`;
/** Exact, with at least the two digits people expect of money. */
const total = (amount: Sql, where: Sql) => money(sql`coalesce(sum(${amount}) filter (where ${where}), 0)`);
const money = (value: Sql) => sql`round(${value}, greatest(2, scale(trim_scale(${value}))))`;
const days = (where: Sql) => sql`round(avg(f.cycle_days) filter (where ${where}), 2)`;
export const cycle = ['opportunity.engagedOn', 'opportunity.closeOn', 'opportunity.status'] as const;
const twoDigits = { type: 'custom-numeric', value: '.2f' } as const;

const counts: readonly Measure[] = [
  {
    name: 'opportunities.count',
    shortTitle: 'Count',
    description: 'Number of opportunities.',
    aggType: 'count',
    from: [],
    sql: sql`count(*)::numeric`,
    additive: true,
  },
  {
    name: 'opportunities.wonCount',
    shortTitle: 'Won',
    description: 'Number of won opportunities.',
    aggType: 'count',
    from: ['opportunity.status'],
    sql: count(won),
    counts: won,
    additive: true,
  },
  {
    name: 'opportunities.lostCount',
    shortTitle: 'Lost',
    description: 'Number of lost opportunities.',
    aggType: 'count',
    from: ['opportunity.status'],
    sql: count(lost),
    counts: lost,
    additive: true,
  },
  {
    name: 'opportunities.openCount',
    shortTitle: 'Open',
    description: 'Number of open opportunities.',
    aggType: 'count',
    from: ['opportunity.status'],
    sql: count(open),
    counts: open,
    additive: true,
  },
  {
    name: 'opportunities.unconvertedCount',
    shortTitle: 'In another currency',
    description: "Number of opportunities whose value is in another currency than the company's; no value measure has them.",
    aggType: 'count',
    from: ['opportunity.amount'],
    sql: count(sql`f.amount is not null and f.amount_own is null`),
    counts: sql`f.amount is not null and f.amount_own is null`,
    additive: true,
  },
];

/** `amount` is the column they add up. */
const valuesOver = (amount: Sql): readonly Measure[] => [
  {
    name: 'opportunities.wonValue',
    shortTitle: 'Won value',
    description:
      'Value of won opportunities in the company currency. Deals in another currency are not in it (see `opportunities.unconvertedCount`), unless the query groups by currency or keeps to one.',
    aggType: 'sum',
    from: ['opportunity.amount', 'opportunity.status'],
    sql: total(amount, won),
    counts: won,
    additive: true,
    format: 'currency',
  },
  {
    name: 'opportunities.openValue',
    shortTitle: 'Open value',
    description: 'Expected value of open opportunities, in currencies as `opportunities.wonValue`.',
    aggType: 'sum',
    from: ['opportunity.amount', 'opportunity.status'],
    sql: total(amount, open),
    counts: open,
    additive: true,
    format: 'currency',
  },
];

const ratios: readonly Measure[] = [
  {
    name: 'opportunities.winRate',
    shortTitle: 'Win rate (%)',
    description: 'Won of all closed opportunities in per cent: won / (won + lost). Empty where none is closed.',
    aggType: 'number',
    from: ['opportunity.status'],
    sql: sql`round(100 * ${count(won)} / nullif(${count(closed)}, 0), 2)`,
    counts: closed,
    additive: false,
    format: twoDigits,
  },
  {
    name: 'opportunities.avgCycleDays',
    shortTitle: 'Cycle (days)',
    description: 'Mean days from engagement to close of closed opportunities, won and lost. Filter or group by status to part them.',
    aggType: 'avg',
    from: cycle,
    sql: days(closed),
    counts: closed,
    additive: false,
    format: twoDigits,
  },
  {
    name: 'opportunities.avgWonCycleDays',
    shortTitle: 'Cycle won (days)',
    description: 'Mean days from engagement to close of won opportunities.',
    aggType: 'avg',
    from: cycle,
    sql: days(won),
    counts: won,
    additive: false,
    format: twoDigits,
  },
  {
    name: 'opportunities.avgLostCycleDays',
    shortTitle: 'Cycle lost (days)',
    description: 'Mean days from engagement to close of lost opportunities.',
    aggType: 'avg',
    from: cycle,
    sql: days(lost),
    counts: lost,
    additive: false,
    format: twoDigits,
  },
];

/** Figures over the facts; `amount` is the column money is added up from. */
export const measuresOver = (amount: Sql): readonly Measure[] => [...counts, ...valuesOver(amount), ...ratios];
