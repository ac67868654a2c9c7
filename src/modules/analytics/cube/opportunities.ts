import { sql, type Sql } from '#kernel/db/sql.js';
import { byName, type Cube, type Dimension, type Segment } from './model.js';
import { closed, column, cycle, lost, measuresOver, open, won } from './opportunity-measures.js';

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
  measures: byName(measuresOver(amount)),
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
