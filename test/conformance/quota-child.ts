// A process of its own that asks for more than the limit allows, and tells how much it was granted.
import pg from 'pg';
import { Quota } from '#api/http/quota.js';
import { postgresQuotas } from '#api/http/quota-store.js';

const pool = new pg.Pool({ connectionString: process.argv[2] ?? '', max: 2 });
const quota = new Quota({ name: 'principal', limit: 100, seconds: 600 }, postgresQuotas(pool));
let granted = 0;
for (let i = 0; i < 100; i++) if (!(await quota.count('shared')).refused) granted++;
await pool.end();
process.send?.({ granted });
process.disconnect();
