// What Kontor is measured against: node:http and pg, one hand-written named statement a route, no rights, no validation.
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import pg from 'pg';

const pool = new pg.Pool({
  connectionString: process.env['RAW_URL'],
  max: 6,
  // The wall is set once a connection: row-level security holds for the application role here too.
  options: `-c timezone=UTC -c jit=off -c app.tenant_id=${process.env['RAW_TENANT'] ?? ''}`,
});
const tenant = process.env['RAW_TENANT'];
const owner = process.env['RAW_OWNER'];

const l1 = {
  name: 'l1',
  text: `select json_agg(row_to_json(a))::text as data from (
    select a.id, a.name, a.sector, a.employees,
      (select coalesce(json_agg(row_to_json(c)), '[]'::json) from (select c.id, c.first_name as "firstName", c.last_name as "lastName", c.email from customers.contacts c where c.tenant_id = $1 and c.account_id = a.id order by c.id limit 5) c) as contacts,
      (select row_to_json(o) from (select count(*)::integer as count, sum(o.amount)::text as sum from sales.opportunities o where o.tenant_id = $1 and o.account_id = a.id and o.status = 'open') o) as open
    from customers.accounts a where a.tenant_id = $1 and a.id > $2 order by a.id limit 50) a`,
};
const l2 = {
  name: 'l2',
  text: `select row_to_json(a)::text as data from (
    select a.id, a.name, a.sector, a.employees,
      (select coalesce(json_agg(row_to_json(c)), '[]'::json) from (select c.id, c.first_name as "firstName", c.last_name as "lastName", c.email from customers.contacts c where c.tenant_id = $1 and c.account_id = a.id order by c.id limit 50) c) as contacts
    from customers.accounts a where a.tenant_id = $1 and a.id = $2) a`,
};
const list = {
  name: 'list',
  text: `select json_agg(row_to_json(a))::text as data from (select a.id, a.version, a.name, a.sector, a.employees from customers.accounts a where a.tenant_id = $1 and a.id > $2 order by a.id limit 50) a`,
};
const one = {
  name: 'one',
  text: `select row_to_json(a)::text as data from (select a.id, a.version, a.name, a.sector, a.employees from customers.accounts a where a.tenant_id = $1 and a.id = $2) a`,
};
const create = {
  name: 'create',
  text: `insert into customers.contacts (tenant_id, id, account_id, owner_id, first_name, last_name, email, do_not_call) values ($1, $2, $3, $4, $5, $6, $7, false) returning row_to_json(contacts)::text as data`,
};

createServer((request, response) => {
  const url = request.url ?? '';
  const send = (result: pg.QueryResult<{ data: string }>) => {
    response.setHeader('content-type', 'application/json');
    response.end(result.rows[0]?.data ?? 'null');
  };
  const fail = (error: unknown) => {
    console.error(error);
    response.statusCode = 500;
    response.end();
  };
  if (url === '/livez') return void response.end('ok');
  if (url.startsWith('/l1/')) return void pool.query({ ...l1, values: [tenant, url.slice(4)] }).then(send, fail);
  if (url.startsWith('/l2/')) return void pool.query({ ...l2, values: [tenant, url.slice(4)] }).then(send, fail);
  if (url.startsWith('/list/')) return void pool.query({ ...list, values: [tenant, url.slice(6)] }).then(send, fail);
  if (url.startsWith('/one/')) return void pool.query({ ...one, values: [tenant, url.slice(5)] }).then(send, fail);
  let body = '';
  request.on('data', (chunk) => {
    body += String(chunk);
  });
  request.on('end', () => {
    const { accountId, firstName, lastName, email } = JSON.parse(body) as Record<string, string>;
    pool.query({ ...create, values: [tenant, randomUUID(), accountId, owner, firstName, lastName, email] }).then(send, fail);
  });
}).listen(Number(process.env['PORT']), '127.0.0.1');
