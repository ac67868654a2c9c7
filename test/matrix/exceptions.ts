import { fileForm } from './forms.js';
import type { Given } from './deeds.js';
import type { Asking } from './ask.js';
import type { Deed } from './deeds.js';
import type { Source } from './samples.js';

interface Exception {
  /** The deed behind a route that a controller serves by hand. */
  readonly deed?: string;
  readonly access?: Deed['access'];
  readonly why: string;
  readonly ask?: Asking;
}

/** The four files of a mapping, with nothing but their heads. */
const tables: Readonly<Record<string, string>> = {
  'sales_teams.csv': 'sales_agent,manager,regional_office\n',
  'accounts.csv': 'account,sector,year_established,revenue,employees,office_location,subsidiary_of\n',
  'products.csv': 'product,series,sales_price\n',
  'sales_pipeline.csv': 'opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n',
};
const upload = (given: Given) => () => {
  const form = new FormData();
  form.set('mapping', String(given['mapping']));
  for (const [name, text] of Object.entries(tables)) form.append('files', new Blob([text]), name);
  return form;
};

/** The smallest mapping there can be. */
const readsAccounts = {
  files: [{ name: 'accounts.csv' }],
  steps: [{ name: 'accounts', resource: 'account', file: 'accounts.csv', match: ['name'], columns: [{ from: 'name', to: 'name' }] }],
};

const later = '2099-01-01T00:00:00Z';
const yearOf = (year: number) => ({ validFrom: `${year}-01-01T00:00:00Z`, validUntil: `${year}-12-31T00:00:00Z` });

/** Inputs that fields alone do not explain: the rule is in the verb. */
export const wishes: Readonly<Record<string, (source: Source) => Given>> = {
  // One over everything would keep what is to be erased.
  'legal_hold.place': ({ ref }) => ({ record: ref('user') }),
  'audit.restore': () => ({ fields: ['name'], at: later }),
  'access.can': () => ({ action: 'read' }),
  'access.explain': ({ ref }) => ({ userId: ref('user') }),
  'access.simulate': () => ({ permissions: { 'account:read': 'own' } }),
  'delegation.begin': ({ ref }) => ({ userId: ref('user'), delegateId: ref('colleague'), validUntil: later }),
  'external_ref.attach': () => ({ system: 'erp' }),
  'external_ref.detach': () => ({ system: 'erp' }),
  'record.relationship_path': ({ ref }) => ({ from: ref('account'), to: ref('contact') }),
  'record.share': ({ ref }) => ({ userId: ref('colleague') }),
  'record.unshare': ({ ref }) => ({ userId: ref('colleague') }),
  'reporting_line.begin': ({ ref, next }) => ({ userId: ref('colleague'), ...yearOf(2100 + (next() % 7000)) }),
  'role.assign': ({ ref }) => ({ userId: ref('colleague') }),
  'role.unassign': ({ ref }) => ({ userId: ref('colleague') }),
  'separation_rule.define': () => ({ rights: ['operation:cancel', 'session:revoke'] }),
  'business_calendar.set_hours': () => ({ hours: [{ weekday: 1, start: '09:00', end: '17:00' }] }),
  // The sample of an assignment is that of a team.
  'business_calendar.look_up': ({ ref }) => ({ teamId: ref('team') }),
  'business_calendar.add_holidays': () => ({ region: 'DE-NW', fromYear: 2090, toYear: 2090, language: 'de' }),
  'business_calendar.remove_exception': () => ({ day: '2026-03-02' }),
  'price.look_up': ({ ref }) => ({ priceListId: ref('price_list'), quantity: '100000', on: '2026-03-02' }),
  'service_level.publish': () => ({
    targets: ['p1', 'p2', 'p3', 'p4', 'p5'].map((priority) => ({ metric: 'first_response', priority, minutes: 60 })),
  }),
  'opportunity.move': ({ ref }) => ({ stageId: ref('next stage') }),
  'import.create': () => ({ files: [{ name: 'accounts.csv', content: 'name\nA\n' }] }),
  'import.push': () => ({ table: 'accounts', chunk: 0, rows: [{ name: 'A' }] }),
  'import.map': () => ({ definition: readsAccounts }),
  'import.start': () => ({ withoutDryRun: true }),
  'import_mapping.save': () => ({ definition: readsAccounts }),
  'activity.move_plans': () => ({ from: 'Europe/Berlin', to: 'UTC', keeps: 'instant' }),
  'module.disable': () => ({ key: 'analytics', dryRun: true }),
  'module.enable': () => ({ key: 'analytics' }),
  'module.schedule_purge': () => ({ key: 'analytics', exportId: null, dryRun: true }),
  'module.cancel_purge': () => ({ key: 'analytics' }),
  'object_definition.create': ({ mark, next }) => {
    const key = `o${mark}n${next()}`;
    return { key, plural: `${key}All`, labels: { en: key } };
  },
  'field_definition.create': ({ mark, next }) => {
    const key = `f${mark}n${next()}`;
    return { objectName: 'account', key, type: 'text', labels: { en: key } };
  },
  'fiscal_calendar.set': () => ({ kind: 'months', firstMonth: 7, pattern: null, lastMonth: null, lastWeekday: null, ends: null }),
  'text.format': ({ ref }) => ({ ids: [ref('account')] }),
  'language.enable': () => ({ code: 'fr' }),
  'language.disable': () => ({ code: 'pt-BR' }),
  'translation.read': () => ({ language: 'fr' }),
  'translation.coverage': () => ({ language: 'fr' }),
  'translation.export': () => ({ language: 'fr' }),
  'translation.set': ({ mark, next }) => ({ language: 'fr', texts: { name: `${mark}.fr.${next()}` } }),
  'translation.import': () => ({ xliff: '<xliff version="2.0" srcLang="de" trgLang="fr"></xliff>' }),
  'field_definition.change_type': () => ({ type: 'longText', dryRun: true }),
  'object_definition.update': () => ({ isActive: false }),
  'object_definition.create_relation': ({ mark, next }) => {
    const key = `r${mark}n${next()}`;
    const labels = { en: key };
    return { key, plural: `${key}All`, labels, from: 'contact', to: 'account', fromLabels: labels, toLabels: labels };
  },
  'metadata.install': () => ({ name: 'contracts-and-parking-permits', dryRun: true }),
  'quality_rule.create': (source) => ({
    key: `q-${source.mark}-${source.next()}`,
    resource: 'account',
    kind: 'required',
    fields: ['name'],
    messages: { en: 'A name is missing.' },
  }),
  'import.run': () => ({ files: Object.entries(tables).map(([name, content]) => ({ name, content })) }),
};

/** Rows a verb looks for beside the one it is about: a name of their own, their resource and what they are. */
export const furniture: readonly (readonly [string, string, Readonly<Record<string, unknown>>])[] = [
  ['colleague', 'user', {}],
  ['next stage', 'stage', {}],
  ['won stage', 'stage', { kind: 'won', probability: 100 }],
  ['lost stage', 'stage', { kind: 'lost', probability: 0 }],
];
const open = (why: string): Exception => ({ access: 'public', why });

/** Addresses whose rule is not read from a definition, each with its reason. There is no other place for such. */
export const handMade: Readonly<Record<string, Exception>> = {
  'GET /public/v1/u/{token}': open('a page behind a signed link in an e-mail; shows a button and nothing of anybody'),
  'POST /public/v1/u/{token}': open('one-click unsubscribe: the signature in the link is the proof'),
  'GET /public/v1/files/{token}': open('a signed link to one file, for a while'),
  'POST /v1/files': {
    deed: 'external_ref.attach',
    why: 'takes a file: like any other note on a record, it takes the right to change it',
    ask: ({ recordId }) => ({ method: 'POST', path: '/v1/files', form: () => fileForm(String(recordId), 'note.txt') }),
  },
  'GET /v1/files/{fileId}/content': {
    deed: 'file.get',
    why: 'content, not JSON',
    ask: ({ fileId }) => ({ method: 'GET', path: `/v1/files/${String(fileId)}/content` }),
  },
  'POST /v1/auth/login': open('who signs in has no token yet'),
  'POST /v1/auth/refresh': open('the refresh token in the body is the proof'),
  'POST /v1/auth/logout': open('ends the session of the token it is sent with, or of the refresh token in the body'),
  'POST /v1/auth/password': {
    access: 'member',
    why: 'changes the own password; the old one is a second proof',
    ask: () => ({
      method: 'POST',
      path: '/v1/auth/password',
      body: { currentPassword: 'not the password', newPassword: 'correct horse battery' },
    }),
  },
  'GET /v1/analytics/load': { deed: 'analytics.load', why: "the wire format of Cube's client" },
  'POST /v1/analytics/load': { deed: 'analytics.load', why: "the wire format of Cube's client" },
  'GET /v1/analytics/subscribe': { deed: 'analytics.load', why: "the wire format of Cube's client" },
  'GET /v1/analytics/meta': { deed: 'analytics.meta', why: "the wire format of Cube's client" },
  'POST /v1/imports': {
    deed: 'import.run',
    why: 'takes files',
    ask: (given) => ({ method: 'POST', path: '/v1/imports', form: upload(given) }),
  },
  'POST /v1/imports/upload': {
    deed: 'import.create',
    why: 'takes files',
    ask: () => ({ method: 'POST', path: '/v1/imports/upload', form: upload({}) }),
  },
  'GET /v1/imports/{importId}/failed-rows': {
    deed: 'import.get',
    why: 'lines of the files of an import, for whoever may see it',
    ask: (given) => ({ method: 'GET', path: `/v1/imports/${String(given['id'])}/failed-rows` }),
  },
  'GET /v1/imports/{importId}/issues': {
    deed: 'import.get',
    why: 'a list under its parent: asks for the right to both',
    ask: (given) => ({ method: 'GET', path: `/v1/imports/${String(given['id'])}/issues` }),
  },
  'GET /v1/operations/{operationId}/file': {
    access: 'member',
    why: 'the archive of the company: two rights are asked for inside, and a file that only a worker makes; test/box/api.test.ts tries both',
    ask: () => ({ method: 'GET', path: '/v1/operations/00000000-0000-0000-0000-000000000000/file' }),
  },
  'GET /v1/operations/{operationId}/results': { deed: 'operation.get', why: 'the results of an operation, for whoever may see it' },
  'query changeCursor': { access: 'member', why: 'where the stream of changes stands: a number that tells of nothing' },
  'query nodes': {
    deed: 'account.get',
    why: 'several rows by their ids: judged as the resources the ids are of',
    ask: ({ id }) => ({
      method: 'POST',
      path: '/graphql',
      body: { query: 'query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Account { name } } }', variables: { ids: [id] } },
    }),
  },
  'query node': {
    deed: 'account.get',
    why: 'any resource by its id: judged as the resource the id is of',
    ask: ({ id }) => ({
      method: 'POST',
      path: '/graphql',
      body: { query: 'query($id: ID!) { node(id: $id) { id ... on Account { name } } }', variables: { id } },
    }),
  },
};

/** Deeds for which no valid input can be generated, and why. */
export const stuckToday: Readonly<Record<string, string>> = {
  'quality_finding.accept': 'only a sweep makes findings; src/modules/quality/finding/findings.test.ts has some',
  'quality_finding.reopen': 'the same',
  'field_definition.reconcile': 'the field of the sample is nothing that is worked out; src/modules/customization/figures tries it',
  'file.release': 'only a file in quarantine is released, and what is put there is for its content to say',
};

/** Texts a verb tells to every member of a company. */
export const toldToMembers: Readonly<Record<string, { readonly texts: readonly string[]; readonly why: string }>> = {
  'text.labels': {
    texts: ['object_definition', 'field_definition'],
    why: 'what a company calls its own kinds and fields stands in the schema each of its members gets',
  },
};

/** Routes that are in no document all companies share. */
export const ofOneCompany: Readonly<Record<string, string>> = {
  '/v1/records/:object': 'objects a company defined itself are in its own document; test/api/custom-fields.test.ts tries their rights',
  '/v1/records/:object/:recordId': 'the same',
  '/v1/records/:object/bulk': 'the same',
  '/v1/records/:object/by-ref/:system/:externalId': 'the same',
};

/** Tables in which no tenant owns a row. */
export const withoutTenant: Readonly<Record<string, string>> = {
  'identity.login_throttle': 'counts failed sign-ins by hashes of address and origin, before anybody knows which tenant is meant',
  'kernel.audit_mark': 'how far the audit is chained: a number of a transaction',
  'kernel.request_counts': 'counts requests by a hash of who sends them',
  'kernel.socket_leases': 'counts what is open over sockets by a hash of whose it is',
  'kernel.tenants': 'the tenants themselves; a policy shows each of them only itself',
  'public.kontor_migrations': 'which migrations ran',
};

/** Functions that see over the walls. They give out ids and counts to the process itself; no request reaches one but through its door. */
export const doors: Readonly<Record<string, string>> = {
  'identity.api_key_tenant': 'a key names itself, not its tenant',
  'identity.login_tenants': 'an address may sign in to several companies',
  'imports.measure_tables': 'fresh statistics after an import',
  'imports.tenant_of_slug': 'the import by command line names the company by its short name',
  'modules.purge_rows': 'deletes what a module that is being purged has of the tenant its connection is set to; gives out a count',
  'kernel.admit_links': 'takes over the chain of a company that its own transaction has just made; gives out nothing',
  'kernel.reserve_audit_ids': 'numbers that entries of a company from elsewhere have are not given again; gives out nothing',
  'kernel.make_audit_months': 'makes room for the audit of the coming months; gives out a count',
  'kernel.purge_audit': 'lets go of entries of the audit whose time is over, of the tenant its connection is set to; gives out a count',
  'kernel.failed_tasks': 'operators see what failed, whose ever it is',
  'kernel.feed_position': 'where the feed of changes stands',
  'kernel.plan_periodic': 'periodic jobs are planned for every tenant',
  'kernel.purge_finished': 'old events and tasks go',
  'kernel.reclaim_expired': 'tasks of dead workers come back',
  'kernel.relay_outbox': 'events become tasks of their own tenant',
  'kernel.relayed_since': 'what a process missed while its line was broken',
  'kernel.retry_task': 'operators try a failed task again',
  'kernel.ring_due': 'due tasks of all tenants are rung for',
  'kernel.seal_audit': 'chains the audit of every tenant; gives out a count',
  'kernel.task_stats': 'counts for operators',
  'kernel.tenants_with_metadata': 'which companies need a schema of their own when a process starts; gives out ids of companies',
  'kernel.unring': 'a bell that could not be given to a queue is taken back',
};

/** Verbs for everybody that take no more than the right to read the record. */
export const takesReading: Readonly<Record<string, string>> = {
  'timeline.mark_read': 'notes for the reader himself how far he has read',
  'timeline.react': 'says what the reader makes of what he may read, and changes nothing of it',
  'timeline.mention': 'points colleagues to what its reader may read, and gives no right to it',
  'file.link': 'a link shows for a while what its maker may read, and changes nothing',
};
