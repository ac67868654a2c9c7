import { sql, trusted, type Sql } from '#kernel/db/sql.js';
import { byName, type Cube, type Dimension, type Measure, type Segment } from './model.js';

const column = (name: string) => trusted(`f.${name}`);
const won = sql`f.status = 'won'`;
const lost = sql`f.status = 'lost'`;
const closed = sql`f.status in ('won', 'lost')`;
const open = sql`f.status = 'open'`;

const count = (where: Sql) => sql`count(*) filter (where ${where})::numeric`;
/** Exact, with at least the two digits people expect of money. */
const total = (amount: Sql, where: Sql) => money(sql`coalesce(sum(${amount}) filter (where ${where}), 0)`);
const money = (value: Sql) => sql`round(${value}, greatest(2, scale(trim_scale(${value}))))`;
const days = (where: Sql) => sql`round(avg(f.cycle_days) filter (where ${where}), 2)`;
const cycle = ['opportunity.engagedOn', 'opportunity.closeOn', 'opportunity.status'] as const;
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

const dimensions: readonly Dimension[] = [
  {
    name: 'opportunities.id',
    shortTitle: 'Id',
    description: 'Id of the opportunity.',
    type: 'string',
    from: [],
    sql: sql`f.id::text`,
    primaryKey: true,
  },
  {
    name: 'opportunities.region',
    shortTitle: 'Region',
    description: 'Region of the team of the seller.',
    type: 'string',
    from: ['opportunity.ownerId', 'user.teamId', 'team.region'],
    sql: column('region'),
  },
  {
    name: 'opportunities.manager',
    shortTitle: 'Manager',
    description: 'Who leads the seller.',
    type: 'string',
    from: ['opportunity.ownerId', 'user.managerId', 'user.name'],
    sql: column('manager'),
  },
  {
    name: 'opportunities.agent',
    shortTitle: 'Agent',
    description: 'The seller.',
    type: 'string',
    from: ['opportunity.ownerId', 'user.name'],
    sql: column('agent'),
  },
  {
    name: 'opportunities.product',
    shortTitle: 'Product',
    description: 'What it is mainly about.',
    type: 'string',
    from: ['opportunity.productId', 'product.name'],
    sql: column('product'),
  },
  {
    name: 'opportunities.account',
    shortTitle: 'Account',
    description: 'Name of the buyer.',
    type: 'string',
    from: ['opportunity.accountId', 'account.name'],
    sql: column('account'),
  },
  {
    name: 'opportunities.sector',
    shortTitle: 'Sector',
    description: 'Industry of the buyer.',
    type: 'string',
    from: ['opportunity.accountId', 'account.sector'],
    sql: column('sector'),
  },
  {
    name: 'opportunities.stage',
    shortTitle: 'Stage',
    description: 'Stage of the pipeline.',
    type: 'string',
    from: ['opportunity.stageId', 'stage.name'],
    sql: column('stage'),
  },
  {
    name: 'opportunities.status',
    shortTitle: 'Status',
    description: '`open`, `won` or `lost`.',
    type: 'string',
    from: ['opportunity.status'],
    sql: column('status'),
  },
  {
    name: 'opportunities.currency',
    shortTitle: 'Currency',
    description: 'Currency of the value.',
    type: 'string',
    from: ['opportunity.amount'],
    sql: column('currency'),
  },
  {
    name: 'opportunities.value',
    shortTitle: 'Value',
    description: 'Value in its own currency.',
    type: 'number',
    from: ['opportunity.amount'],
    sql: column('amount'),
  },
  {
    name: 'opportunities.cycleDays',
    shortTitle: 'Days to close',
    description: 'Days from engagement to close.',
    type: 'number',
    from: cycle,
    sql: column('cycle_days'),
  },
  {
    name: 'opportunities.engageDate',
    shortTitle: 'Engage date',
    description: 'The day work began.',
    type: 'time',
    from: ['opportunity.engagedOn'],
    sql: column('engaged_on'),
  },
  {
    name: 'opportunities.closeDate',
    shortTitle: 'Close date',
    description: 'The day it was closed, or is expected to be.',
    type: 'time',
    from: ['opportunity.closeOn'],
    sql: column('close_on'),
  },
];

const segments: readonly Segment[] = [
  { name: 'opportunities.won', shortTitle: 'Won', description: 'Only won opportunities.', from: ['opportunity.status'], sql: won },
  { name: 'opportunities.lost', shortTitle: 'Lost', description: 'Only lost opportunities.', from: ['opportunity.status'], sql: lost },
  {
    name: 'opportunities.closed',
    shortTitle: 'Closed',
    description: 'Won and lost opportunities.',
    from: ['opportunity.status'],
    sql: closed,
  },
  { name: 'opportunities.open', shortTitle: 'Open', description: 'Only open opportunities.', from: ['opportunity.status'], sql: open },
];

const cubeOver = (amount: Sql): Cube => ({
  name: 'opportunities',
  title: 'Opportunities',
  description: 'Deals with who sells what to whom, where, and how it ended.',
  from: sql`analytics.opportunity_facts f`,
  tenantId: column('tenant_id'),
  currency: 'opportunities.currency',
  ownerId: column('owner_id'),
  recordId: column('id'),
  record: 'opportunity',
  scopes: sql`sales_pub.opportunity_scopes`,
  measures: byName([...counts, ...valuesOver(amount), ...ratios]),
  dimensions: byName(dimensions),
  segments: byName(segments),
  hierarchies: [
    { name: 'organisation', title: 'Organisation', levels: ['opportunities.region', 'opportunities.manager', 'opportunities.agent'] },
    { name: 'customers', title: 'Customers', levels: ['opportunities.sector', 'opportunities.account'] },
  ],
  drillMembers: [
    'opportunities.id',
    'opportunities.agent',
    'opportunities.account',
    'opportunities.product',
    'opportunities.stage',
    'opportunities.value',
    'opportunities.closeDate',
  ],
});

/** Sales figures over the opportunity facts. */
export const opportunities: Cube = { ...cubeOver(column('amount_own')), perCurrency: cubeOver(column('amount')) };
