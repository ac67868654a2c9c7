// `npm run bench -- custom`: a list of a company's own object beside the same list of a built-in one, and what many companies with different schemas cost.
import { loadavg } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { signIn } from './lib/client.ts';
import { install } from './lib/installation.ts';
import { shoot, type Shot } from './lib/load.ts';
import { openOwnCompanies, type OwnCompany } from './lib/own-companies.ts';

const seconds = Number(process.env['BENCH_SECONDS'] ?? 3);
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);
const tenants = Number(process.env['BENCH_TENANTS'] ?? 200);
const rows = 500;

/** The fields of an account that hold one value, as an object of one's own would have them. */
const fields = [
  ['name', 'text'],
  ['number', 'text'],
  ['sector', 'text'],
  ['website', 'url'],
  ['phone', 'phone'],
  ['email', 'email'],
  ['employees', 'int'],
  ['foundedYear', 'int'],
  ['annualRevenue', 'money'],
  ['code', 'text'],
] as const;
const shown = fields.map(([key, type]) => (type === 'money' ? `${key} { amount currency }` : key)).join(' ');

async function lists(): Promise<void> {
  const installation = await install({ DB_POOL_SIZE: '6', RATE_LIMIT: '0', RATE_LIMIT_COST: '0' });
  const { url } = installation;
  try {
    const headers = await signIn(url);
    const post = async (path: string, body: object) => {
      const answer = await fetch(`${url}/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(await answer.text());
    };
    const labels = { en: 'Own' };
    await post('object-definitions', { key: 'firm', plural: 'firms', labels, nameField: 'name' });
    for (const [key, type] of fields) await post('field-definitions', { objectName: 'x_firm', key, type, labels });
    for (let i = 0; i < rows; i++) {
      const row = {
        name: `Firm ${i}`,
        number: `N-${i}`,
        sector: 'technology',
        website: `https://firm-${i}.example`,
        phone: '+4930123456',
        email: `office-${i}@example.test`,
        employees: i,
        foundedYear: 1990,
        annualRevenue: { amount: `${i}.50`, currency: 'EUR' },
      };
      await post('accounts', { ...row, externalRef: `bench:${i}` });
      await post('records/firms', { ...row, code: `bench:${i}` });
    }
    const shot = (query: string): Shot => ({ method: 'POST', path: '/graphql', headers, body: JSON.stringify({ query }) });
    const builtIn = shot(`{ accounts(last: 50) { nodes { id ${shown.replace('code', 'externalRef')} } } }`);
    const own = shot(`{ xFirms(last: 50) { nodes { id ${shown} } } }`);
    const ratios: number[] = [];
    console.log('| round | built-in a second | own a second | ratio |\n|---:|---:|---:|---:|');
    for (let round = 0; round <= rounds; round++) {
      const [a, b] = [await shoot(url, [builtIn], seconds), await shoot(url, [own], seconds)];
      // The first warms.
      if (round === 0) continue;
      ratios.push(b.perSecond / a.perSecond);
      console.log(`| ${round} | ${Math.round(a.perSecond)} | ${Math.round(b.perSecond)} | ${(ratios.at(-1) ?? 0).toFixed(2)} |`);
    }
    console.log(`\nlist of 50 own records with 10 own fields: ${at(ratios, 0.5).toFixed(2)} of the built-in list (at least 0.8 is wanted)`);
  } finally {
    await installation.stop();
  }
}

const at = (list: readonly number[], share: number) => list.toSorted((a, b) => a - b)[Math.floor((list.length - 1) * share)] ?? 0;
const told = (list: readonly number[]) =>
  `p50 ${at(list, 0.5).toFixed(1)}, p99 ${at(list, 0.99).toFixed(1)}, most ${at(list, 1).toFixed(1)} ms`;

setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc') as () => void;
function memory(): { heap: number; rss: number } {
  collect();
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed / 2 ** 20, rss: rss / 2 ** 20 };
}

const readOf = ({ i }: OwnCompany) => `{ accounts(first: 5) { nodes { name own${i}n0 } } xThingsOf${i}(first: 5) { nodes { owntext } } }`;
const plain = '{ accounts(first: 5) { nodes { id name } } }';

async function schemas(): Promise<void> {
  const { companies, stop } = await openOwnCompanies(tenants);
  try {
    const before = memory();
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const first: number[] = [];
    for (const company of companies) first.push(await company.ask(readOf(company)));
    delay.disable();
    const after = memory();
    const again: number[] = [];
    for (const company of companies) again.push(await company.ask(readOf(company)));
    const during: number[] = [];
    const fresh: number[] = [];
    for (const company of companies.slice(0, 50)) {
      await company.change('later');
      during.push(await company.ask(plain));
      fresh.push(await company.ask('{ accounts(first: 5) { nodes { later } } }'));
    }
    const mb = (of: 'heap' | 'rss') => `${of} +${Math.round(after[of] - before[of])} MiB`;
    console.log(`${tenants} companies, each with a schema of its own: ${mb('heap')}, ${mb('rss')} (less than 1024 MiB is wanted)`);
    console.log(`first request of a company in a process (its schema is made): ${told(first)}`);
    console.log(
      `  meanwhile the event loop was held up for at most ${(delay.max / 1e6).toFixed(1)} ms, p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms`,
    );
    console.log(`the same again: ${told(again)}`);
    console.log(`a read right after a field was defined, which does not name it: ${told(during)}`);
    console.log(`a read that names it: ${told(fresh)}`);
  } finally {
    await stop();
  }
}

const isWanted = (part: string) =>
  !process.argv.some((argument) => argument.startsWith('--only=')) || process.argv.includes(`--only=${part}`);
if (isWanted('lists')) await lists();
if (isWanted('schemas')) await schemas();
console.log(`load ${loadavg()[0]?.toFixed(1)}`);
