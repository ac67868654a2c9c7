import { setTimeout as sleep } from 'node:timers/promises';
import { makeDice, type Dice } from '#app/demo/dice.js';
import { login, provision } from './company.ts';
import { Installation } from './installation.ts';
import { RestClient } from './rest-client.ts';

const seed = Number(process.env['FAULT_SEED'] ?? Math.floor(Math.random() * 1_000_000));
const count = 1_200;

/** Firms that belong to one another, people of firms, and on the way every kind of row that is left out. */
const firms = [
  'id,name,city,parent',
  ...Array.from({ length: count }, (_, i) => `${i},${i % 500 === 7 ? '' : `Firm ${i}`},Bonn,${i % 10 === 0 ? (i + 1) % count : ''}`),
  '3,Firm again,,',
].join('\n');
const people = [
  'nr,name,mail,firm',
  ...Array.from({ length: count }, (_, i) => `${i},Person ${i},${i % 300 === 5 ? 'nobody' : `p${i}@customer.example`},${i}`),
].join('\n');
const byRef = (from: string) => ({ resource: 'account', by: { externalRef: `{${from}}` } });
const definition = {
  files: [{ name: 'firms.csv' }, { name: 'people.csv' }],
  steps: [
    {
      name: 'firms',
      resource: 'account',
      file: 'firms.csv',
      match: ['externalRef'],
      columns: [
        { from: 'id', to: 'externalRef', transform: ['prepend:old:'] },
        { from: 'name', to: 'name' },
        { from: 'city', to: 'address.city' },
        { from: 'parent', to: 'parentId', transform: ['prepend:old:'], lookup: byRef('parent') },
      ],
    },
    {
      name: 'people',
      resource: 'contact',
      file: 'people.csv',
      match: ['externalRef'],
      columns: [
        { from: 'nr', to: 'externalRef', transform: ['prepend:old:'] },
        { from: 'name', to: 'lastName' },
        { from: 'mail', to: 'email' },
        { from: 'firm', to: 'accountId', transform: ['prepend:old:'], lookup: byRef('firm') },
      ],
    },
  ],
};

/** All an import leaves behind, by names instead of ids. */
const pictureSql = `
  select count(*)::integer as lines, md5(string_agg(line, e'\\n' order by line)) as sum from (
    select concat_ws('|', 'account', a.external_ref, a.version, a.name, a.address_city, p.external_ref) as line
      from customers.accounts a left join customers.accounts p on p.tenant_id = a.tenant_id and p.id = a.parent_id where a.tenant_id = $1
    union all
    select concat_ws('|', 'contact', c.external_ref, c.version, c.last_name, c.email, a.external_ref)
      from customers.contacts c left join customers.accounts a on a.tenant_id = c.tenant_id and a.id = c.account_id where c.tenant_id = $1
    union all
    select concat_ws('|', 'audit', resource, action, count(*)) from kernel.audit_entries where tenant_id = $1 and resource in ('account', 'contact')
      group by resource, action
    union all
    select concat_ws('|', 'issue', file, line, field, rule, done) from imports.import_issues where tenant_id = $1
    union all
    select concat_ws('|', 'chunks', phase, step, string_agg(fates, '' order by first_record)) from imports.import_chunks where tenant_id = $1 group by phase, step
  ) as picture`;
const runSql = `select state, version, processed, created, updated, rejected, skipped, unchanged, reverted, kept from imports.imports where tenant_id = $1`;

class Mover {
  private path = '';

  private constructor(
    private readonly installation: Installation,
    readonly tenantId: string,
    private readonly rest: RestClient,
  ) {}

  static async open(installation: Installation, slug: string): Promise<Mover> {
    const email = `admin@${slug}.example`;
    const { tenantId } = await provision(installation.appUrl, slug, email);
    const rest = new RestClient(() => installation.url, { ...login, email });
    await rest.signIn();
    return new Mover(installation, tenantId, rest);
  }

  async bringFiles(): Promise<void> {
    const form = new FormData();
    form.append('files', new Blob([firms]), 'firms.csv');
    form.append('files', new Blob([people]), 'people.csv');
    const headers = { authorization: this.rest.authorization };
    const taken = await fetch(`${this.installation.url}/v1/imports/upload`, { method: 'POST', body: form, headers });
    expect(taken.status).toBe(202);
    this.path = taken.headers.get('location') ?? '';
  }

  ask(verb: string, body: object = {}): Promise<Record<string, unknown>> {
    return this.rest.must('POST', `${this.path}/${verb}`, body);
  }

  async run(): Promise<Record<string, unknown>> {
    return (await this.installation.sql(runSql, [this.tenantId]))[0] ?? {};
  }

  async until(holds: (run: Record<string, unknown>) => boolean): Promise<void> {
    while (!holds(await this.run())) await sleep(20);
  }

  async picture(): Promise<Record<string, unknown>> {
    const { version, ...run } = await this.run();
    expect(Number(version)).toBeGreaterThan(0);
    return { ...run, ...(await this.installation.sql(pictureSql, [this.tenantId]))[0] };
  }
}

const isState =
  (...states: string[]) =>
  (run: Record<string, unknown>) =>
    states.includes(String(run['state']));

/** Kills one worker after the other at a random moment of their work, until `isOver` or often enough. Returns how often. */
async function killWorkers(installation: Installation, mover: Mover, { dice, isOver, most }: Killing): Promise<number> {
  for (let kills = 0; kills < most; kills += 1) {
    const from = Number((await mover.run())['version']);
    const worker = await installation.startLoneWorker();
    await mover.until((run) => Number(run['version']) > from || isOver(run));
    await sleep(dice.between(0, 300));
    await worker.kill();
    // A lease runs out when nobody renews it: here at once.
    await installation.sql(`update kernel.tasks set lease_until = now() - interval '1 second' where state = 'running'`);
    if (isOver(await mover.run())) return kills;
  }
  return most;
}
interface Killing {
  readonly dice: Dice;
  readonly isOver: (run: Record<string, unknown>) => boolean;
  readonly most: number;
}

test(`imports whose workers are killed, and going back on them, end as if nothing had happened (FAULT_SEED=${seed})`, async () => {
  const installation = await Installation.open({ smtpUrl: 'smtp://127.0.0.1:9', workers: 0 });
  const dice = makeDice(seed);
  try {
    const [calm, storm] = [await Mover.open(installation, 'calm'), await Mover.open(installation, 'storm')];
    await storm.bringFiles();
    const isAnalysed = isState('analysed');
    const first = await installation.startLoneWorker();
    await storm.until(isAnalysed);
    await first.kill();
    await storm.ask('map', { definition });
    await storm.ask('start', { withoutDryRun: true });
    const isOver = isState('partly', 'finished', 'failed');
    const kills = await killWorkers(installation, storm, { dice, isOver, most: 3 });

    const worker = await installation.startLoneWorker();
    await calm.bringFiles();
    await calm.until(isAnalysed);
    await calm.ask('map', { definition });
    await calm.ask('start', { withoutDryRun: true });
    await Promise.all([calm.until(isOver), storm.until(isOver)]);
    expect(kills).toBeGreaterThan(0);
    const expected = await calm.picture();
    expect(expected).toMatchObject({ state: 'partly', created: 2393, rejected: 8, updated: 120 });
    expect(await storm.picture()).toEqual(expected);

    await worker.kill();
    await installation.sql(`update kernel.tasks set lease_until = now() - interval '1 second' where state = 'running'`);
    await calm.ask('revert');
    await storm.ask('revert');
    const isBack = isState('reverted', 'revert_partly', 'failed');
    await killWorkers(installation, storm, { dice, isOver: isBack, most: 1 });
    await installation.startLoneWorker();
    await Promise.all([calm.until(isBack), storm.until(isBack)]);
    const [one, other] = [await calm.picture(), await storm.picture()];
    expect(other).toEqual(one);
    expect(one).toMatchObject({ state: 'reverted', kept: 0 });
    const [left] = await installation.sql(`select count(*)::integer as n from customers.accounts`);
    expect(left).toEqual({ n: 0 });
  } finally {
    await installation.close();
  }
});
