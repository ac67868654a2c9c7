import {
  append,
  column,
  constant,
  day,
  decimal,
  firstOf,
  integer,
  link,
  lower,
  money,
  now,
  orEmpty,
  part,
  reference,
  scale,
  slug,
  startOfDay,
  template,
  words,
  type CellSource,
  type Mapping,
} from '../domain/mapping.js';

const system = 'crm-opportunities';
const pipelineName = 'Hardware sales';
const priceListName = 'Hardware list prices';

const countries = {
  Belgium: 'BE',
  Brazil: 'BR',
  China: 'CN',
  Germany: 'DE',
  Italy: 'IT',
  Japan: 'JP',
  Jordan: 'JO',
  Kenya: 'KE',
  Korea: 'KR',
  Norway: 'NO',
  Panama: 'PA',
  Philippines: 'PH',
  Poland: 'PL',
  Romania: 'RO',
  'United States': 'US',
};

/** The files know people by name only. Mail can never reach an address under `.invalid`. */
const addressOf = (name: string): CellSource => column(name, slug, append(`@${system}.invalid`));
const refOf = (resource: string, name: string): CellSource => template(`${system}:${resource}:{${name}}`);
const dollars = [decimal('.'), money('USD')];
const closed = column('close_date', day('m/d/yyyy'), startOfDay);
const engaged = column('engage_date', day('m/d/yyyy'), startOfDay);

const teamOf = (manager: string) => reference('team', { name: template(`Team {${manager}}`) });
const userOf = (name: string) => reference('user', { email: addressOf(name) });
const accountOf = (name: string) => reference('account', { externalRef: refOf('account', name) });
const productOf = (name: string) => reference('product', { externalRef: refOf('product', name) });
const pipeline = reference('pipeline', { name: template(pipelineName) });

export const crmOpportunities: Mapping = {
  name: system,
  description: 'The B2B deals of a seller of computer hardware, with its sales teams, customers and products.',
  files: {
    teams: { name: 'sales_teams.csv', columns: { sales_agent: {}, manager: {}, regional_office: {} } },
    accounts: {
      name: 'accounts.csv',
      columns: {
        account: {},
        sector: { corrections: { technolgy: 'technology' } },
        year_established: {},
        revenue: {},
        employees: {},
        office_location: { corrections: { Philipines: 'Philippines' } },
        subsidiary_of: {},
      },
    },
    products: { name: 'products.csv', columns: { product: {}, series: {}, sales_price: {} } },
    deals: {
      name: 'sales_pipeline.csv',
      columns: {
        opportunity_id: {},
        sales_agent: {},
        product: { corrections: { GTXPro: 'GTX Pro' } },
        account: { whenEmpty: { severity: 'warning', done: 'imported without account' } },
        deal_stage: {},
        engage_date: {},
        close_date: {},
        close_value: {},
      },
    },
  },
  steps: [
    {
      name: 'teams',
      resource: 'team',
      file: 'teams',
      key: ['name'],
      distinct: true,
      set: { name: template('Team {manager}'), region: column('regional_office') },
    },
    {
      name: 'managers',
      resource: 'user',
      file: 'teams',
      key: ['email'],
      distinct: true,
      set: { email: addressOf('manager'), name: column('manager'), teamId: link(teamOf('manager')) },
    },
    {
      name: 'agents',
      resource: 'user',
      file: 'teams',
      key: ['email'],
      set: {
        email: addressOf('sales_agent'),
        name: column('sales_agent'),
        teamId: link(teamOf('manager')),
        managerId: link(userOf('manager')),
      },
    },
    {
      name: 'accounts',
      resource: 'account',
      file: 'accounts',
      key: ['externalRef'],
      set: {
        externalRef: refOf('account', 'account'),
        name: column('account'),
        sector: column('sector', lower),
        foundedYear: column('year_established', integer),
        // The file gives millions.
        annualRevenue: column('revenue', decimal('.'), scale('1000000'), money('USD')),
        employees: column('employees', integer),
        address: orEmpty(column('office_location', words(countries), part('country'))),
      },
    },
    // A subsidiary may stand above its parent in the file.
    {
      name: 'parents',
      resource: 'account',
      file: 'accounts',
      key: ['externalRef'],
      mode: 'link',
      when: 'subsidiary_of',
      set: { externalRef: refOf('account', 'account'), parentId: link(accountOf('subsidiary_of')) },
    },
    {
      name: 'products',
      resource: 'product',
      file: 'products',
      key: ['externalRef'],
      set: { externalRef: refOf('product', 'product'), code: column('product'), name: column('product'), family: column('series') },
    },
    {
      name: 'price list',
      resource: 'price_list',
      rows: [{}],
      key: ['name'],
      set: { name: constant(priceListName), currency: constant('USD') },
    },
    {
      name: 'prices',
      resource: 'price',
      file: 'products',
      key: ['priceListId', 'productId', 'minQuantity'],
      set: {
        priceListId: link(reference('price_list', { name: template(priceListName) })),
        productId: link(productOf('product')),
        minQuantity: constant('1'),
        unitPrice: column('sales_price', decimal('.')),
      },
    },
    { name: 'pipeline', resource: 'pipeline', rows: [{}], key: ['name'], set: { name: constant(pipelineName) } },
    {
      name: 'stages',
      resource: 'stage',
      key: ['pipelineId', 'name'],
      rows: [
        { name: 'Prospecting', position: '1', kind: 'open', probability: '10' },
        { name: 'Engaging', position: '2', kind: 'open', probability: '40' },
        { name: 'Won', position: '3', kind: 'won', probability: '100' },
        { name: 'Lost', position: '4', kind: 'lost', probability: '0' },
      ],
      set: {
        pipelineId: link(pipeline),
        name: column('name'),
        position: column('position', integer),
        kind: column('kind'),
        probability: column('probability', integer),
      },
    },
    {
      name: 'deals',
      resource: 'opportunity',
      file: 'deals',
      key: ['externalRef'],
      set: {
        externalRef: refOf('opportunity', 'opportunity_id'),
        name: firstOf(template('{product} for {account}'), template('{product} {opportunity_id}')),
        accountId: link(accountOf('account')),
        ownerId: link(userOf('sales_agent')),
        productId: link(productOf('product')),
        pipelineId: link(pipeline),
        stageId: link(reference('stage', { name: column('deal_stage'), pipelineId: pipeline })),
        status: column('deal_stage', words({ Prospecting: 'open', Engaging: 'open', Won: 'won', Lost: 'lost' })),
        probability: column('deal_stage', words({ Prospecting: 10, Engaging: 40, Won: 100, Lost: 0 })),
        amount: column('close_value', ...dollars),
        engagedOn: column('engage_date', day('m/d/yyyy')),
        closeOn: column('close_date', day('m/d/yyyy')),
        stageEnteredAt: firstOf(closed, engaged, now),
        closedAt: closed,
        lostReason: column('deal_stage', words({ Lost: 'Not recorded in the source.' }, null)),
      },
    },
  ],
  checks: [
    {
      kind: 'unused',
      file: 'teams',
      column: 'sales_agent',
      by: { file: 'deals', column: 'sales_agent' },
      severity: 'info',
      message: 'The agent has no deal in sales_pipeline.csv.',
    },
    {
      kind: 'currency',
      step: 'deals',
      field: 'amount',
      severity: 'warning',
      message:
        'Figures in the currency of the company, such as opportunities.wonValue, leave these deals out (opportunities.unconvertedCount has them): ' +
        'group by opportunities.currency to see their sums, or import into a company that reckons in their currency (create-company --currency).',
    },
  ],
};
