import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { realData } from '../../real-data.js';
import { Upload } from '#modules/imports/store/upload.js';

/** A real company's deals: what `npm run kontor -- import` is for. */
export const crmFolder = join(realData, 'crm_opportunities');
export const crmNames = ['sales_teams.csv', 'accounts.csv', 'products.csv', 'sales_pipeline.csv'];

export const upload = (name: string, content: Uint8Array | string): Upload => Upload.of(name, Buffer.from(content));

export const crmFiles = (): Upload[] => crmNames.map((name) => upload(name, readFileSync(join(crmFolder, name))));

/** The files with the first `deals` of the 8,800 deals: enough to see how an import behaves. */
export const someFiles = (deals = 600): Upload[] => changed({ 'sales_pipeline.csv': (text) => text.split('\n', deals + 1).join('\n') });

/** The same files, some of them with another text. */
export const changed = (texts: Readonly<Record<string, (text: string) => string>>): Upload[] =>
  crmFiles().map((file) => {
    const change = texts[file.name];
    return change ? upload(file.name, change(Buffer.from(file.bytes).toString('utf8'))) : file;
  });

/** Everything an import makes, told by names instead of ids, with versions: equal for equal results. */
export const pictureSql = `
  select md5(string_agg(line, e'\\n' order by line)) as checksum, count(*)::integer as rows from (
    select concat_ws('|', 'team', t.version, t.name, t.region) as line from identity.teams t
    union all
    select concat_ws('|', 'user', u.version, u.name, u.email, t.name, m.email) from identity.users u
      left join identity.teams t on t.id = u.team_id left join identity.users m on m.id = u.manager_id where u.email like '%.invalid'
    union all
    select concat_ws('|', 'account', a.version, a.name, a.sector, a.address_country, a.employees, a.annual_revenue, a.founded_year, p.name, a.external_ref)
      from customers.accounts a left join customers.accounts p on p.id = a.parent_id
    union all
    select concat_ws('|', 'product', p.version, p.code, p.name, p.family, l.name, l.currency, c.unit_price)
      from catalog.products p left join catalog.prices c on c.product_id = p.id left join catalog.price_lists l on l.id = c.price_list_id
    union all
    select concat_ws('|', 'stage', s.version, p.name, s.name, s.position, s.kind, s.probability) from sales.stages s join sales.pipelines p on p.id = s.pipeline_id
    union all
    select concat_ws('|', 'deal', o.version, o.external_ref, o.name, a.name, u.email, p.code, s.name, o.status, o.probability, o.amount, o.amount_currency,
        o.engaged_on, o.close_on, o.closed_at at time zone 'UTC', o.lost_reason)
      from sales.opportunities o join identity.users u on u.id = o.owner_id join sales.stages s on s.id = o.stage_id
      left join customers.accounts a on a.id = o.account_id left join catalog.products p on p.id = o.product_id
  ) as picture`;
