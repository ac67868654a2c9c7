import { everyone, type Resource } from '#kernel/resource/define-resource.js';
import { ref } from '#kernel/resource/fields.js';
import type { Registry } from '#kernel/resource/registry.js';
import { sql } from '#kernel/db/sql.js';
import type { Command, Query } from '#kernel/usecase/define-command.js';
import { defineJob } from '#kernel/usecase/define-job.js';
import type { ModuleSpec } from '#kernel/usecase/define-module.js';
import { allModules } from '#app/modules.js';

const modulesWith = (change: (module: ModuleSpec) => Partial<ModuleSpec>): ModuleSpec[] =>
  allModules.map((module) => ({ ...module, ...change(module) }));

const resourceLike = (name: string, change: (resource: Resource) => Resource): ModuleSpec[] =>
  modulesWith(({ resources = [] }) => ({ resources: resources.map((resource) => (resource.name === name ? change(resource) : resource)) }));

/** A query that is served to whoever is signed in, although its definition asks for a permission. */
export const withoutPermission = modulesWith(({ queries = [] }) => ({
  queries: queries.map((query: Query): Query => (query.name === 'price.look_up' ? { ...query, access: 'member' } : query)),
}));

/** A verb that writes with the rights of the system, outside any transaction, and refuses afterwards. */
export const writesFirst = modulesWith(({ commands = [] }) => ({
  commands: commands.map((command: Command): Command =>
    command.name === 'lead.qualify' ? { ...command, oneStatement: true, run: (input, work) => writeThen(command, input, work) } : command,
  ),
}));

const writeThen: (command: Command, ...call: Parameters<Command['run']>) => ReturnType<Command['run']> = async (command, input, work) => {
  await work.system.repo(work.resource('lead')).update(String(input['leadId']), { notes: `written at ${work.now.getTime()}` });
  return command.run(input, work);
};

/** Leads that are served as if they had no owner. */
export const withoutOwner = resourceLike('lead', (lead) => ({ ...lead, scope: everyone }));

/** The hash of a key, served like any field. */
export const shownSecret = resourceLike('api_key', (key) => {
  const { hash, ...fields } = key.fields;
  const options: Record<string, unknown> = { ...hash?.options };
  delete options['hidden'];
  return { ...key, fields: { ...fields, ...(hash ? { hash: { ...hash, options } } : {}) } };
});

/** `user.accounts` leads to accounts of everybody. */
export function withoutWalls(registry: Registry): void {
  const { inverses } = registry;
  const list = inverses.get('user') ?? [];
  if (!(inverses instanceof Map)) throw new Error('The relations of a registry are no map.');
  inverses.set(
    'user',
    list.map((inverse) => (inverse.name === 'accounts' ? { ...inverse, from: { ...inverse.from, scope: everyone } } : inverse)),
  );
}

/** SQL that takes the wall of a table away. */
export const openTable = ['alter table sales.leads no force row level security', 'alter table sales.leads disable row level security'];

const touchLead = defineJob({
  name: 'sales.touch_lead',
  description: 'Touches whichever lead it is told.',
  payload: { leadId: ref('lead', { required: true }) },
  run: async ({ leadId }, work) => {
    await work.rows(sql`update sales.leads set notes = 'touched' where id = ${leadId}`);
  },
});

/** A job that believes the id in its payload and asks for no tenant: over an open table it reaches everybody. */
export const reachingOver = modulesWith(({ name, jobs = [] }) => (name === 'sales' ? { jobs: [...jobs, touchLead] } : {}));
