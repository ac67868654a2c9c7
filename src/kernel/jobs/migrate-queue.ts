import { runMigrations } from 'bullmq';
import pg from 'pg';
import { queueName } from './queue-backend.js';

const schema = 'bullmq';

// BullMQ makes the sequence of a queue's ids on first use; the application role may not make anything, so it is made here.
const SEQUENCE = `do $$ begin execute format('create sequence if not exists bullmq.%I', bullmq.job_id_seq_name('${queueName}')); end $$`;

const GRANTS = [
  `grant usage on schema ${schema} to kontor_app`,
  `grant select, insert, update, delete on all tables in schema ${schema} to kontor_app`,
  `grant usage, select, update on all sequences in schema ${schema} to kontor_app`,
  `grant execute on all functions in schema ${schema} to kontor_app`,
];

/** Makes or updates the tables BullMQ keeps in PostgreSQL. They belong to the owner like all others; safe to run at every start. */
export async function migrateQueue(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'kontor-migrate', options: '-c lock_timeout=10000' });
  await client.connect();
  try {
    await runMigrations(client, schema);
    await client.query(SEQUENCE);
    for (const grant of GRANTS) await client.query(grant);
  } finally {
    await client.end();
  }
}
