import { boolean, instant, integer, json, list, object, text, type Fields } from '../resource/fields.js';
import type { UseCase } from '../usecase/define-command.js';
import { auditClasses } from './note-audit.js';
import type { AuditEntry } from './entries.js';

/** All questions to the audit are one right, and whoever may read everything may read it. */
export const underRead = <U extends Pick<UseCase, 'permission'>>(useCase: U): U => ({ ...useCase, permission: 'audit:read' });

const id = { required: true, description: 'Id of the record.' } as const;
/** Which record: any of any resource, also one that is gone. Its id says which resource. */
export const recordFields = { recordId: text(36, id) };
export const recordErrors = { 'audit.no_such_record': 'There is no such record, or you may not see it.' };

const changeFields = {
  field: text(200, { required: true, description: 'Name of the field.' }),
  before: json({ description: 'Value before; of a long text only the part that differs.' }),
  after: json({ description: 'Value after.' }),
  erased: boolean({ required: true, description: 'Its values were erased with the person they told of.' }),
} satisfies Fields;

export const entryFields = {
  id: text(20, { required: true, description: 'Number of the entry.' }),
  seq: integer({ description: 'Its place in the chain of the company; empty for the seconds until it has one.' }),
  hash: text(64, { description: 'Hash of its link, over the link before and all that the entry says.' }),
  at: instant({ required: true, description: 'When it was done, by the clock of the process that did it.' }),
  class: text(20, { required: true, description: `What it is about, which says how long it is kept: ${auditClasses.join(', ')}.` }),
  actorType: text(20, {
    required: true,
    description: 'Who did it: user, api_key, workflow, import, agent, support, system or anonymous.',
  }),
  actorId: text(36, { description: 'Id of the user or key.' }),
  actorLabel: text(300, { required: true, description: 'Name of the user, key or part of the system.' }),
  onBehalfOf: text(36, { description: 'The user in whose place it was done.' }),
  command: text(200, { required: true, description: 'The verb: `account.update`.' }),
  resource: text(80, { required: true, description: 'What was changed.' }),
  recordId: text(36, id),
  action: text(40, { required: true, description: 'created, updated, deleted, or what else was done.' }),
  changes: list(object(changeFields, { name: 'AuditChange', required: true }), { required: true, description: 'Field by field.' }),
  reason: text(500, { description: 'Why, as its sender said.' }),
  ip: text(45, { description: 'Address the request came from.' }),
  client: text(300, { description: 'What the client calls itself.' }),
  requestId: text(100, { description: 'Id of the request.' }),
  correlationId: text(100, { description: 'The request, event or task that led to it.' }),
  batchId: text(36, { description: 'The operation it was a part of.' }),
} satisfies Fields;

export const entries = list(object(entryFields, { name: 'AuditEntry', required: true }), { required: true, description: 'Latest first.' });

/** An entry as verbs answer it. */
export const answerOf = (entry: AuditEntry) => ({
  ...entry,
  changes: entry.changes.map(({ before, after, ...rest }) => ({ ...rest, before: before as never, after: after as never })),
});
