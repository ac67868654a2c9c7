import type { Actor } from '#kernel/access/actor.js';
import { refusePaths } from '#kernel/access/field-rights.js';
import type { Condition, PropertyTest, TraitPath } from '../domain/condition.js';
import type { JourneyDefinition } from '../domain/journey-definition.js';

/** Refuses a condition on what the actor may not see: who is found by it would tell. */
export function refuseCondition(actor: Actor, condition: Condition): void {
  refusePaths(actor, fieldsOf(condition));
}

/** The same for every condition of a journey: who enters, and how far he gets, would tell. */
export function refuseDefinition(actor: Actor, { trigger, reentry, condition, steps }: JourneyDefinition): void {
  const asked = [...(condition ? [condition] : []), ...steps.flatMap((step) => (step.kind === 'condition' ? [step.when] : []))];
  refusePaths(actor, [
    ...asked.flatMap(fieldsOf),
    ...(trigger.kind === 'event' ? fieldsOfEvents(trigger.where) : []),
    ...(reentry.kind === 'per_key' ? [properties] : []),
  ]);
}

const properties = 'tracked_event.properties';

function fieldsOf(condition: Condition): readonly string[] {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.of.flatMap(fieldsOf);
    case 'not':
      return fieldsOf(condition.of);
    case 'trait':
      return fieldsOfTrait(condition.path);
    case 'performed':
    case 'last_performed':
      return ['tracked_event.contactId', 'tracked_event.occurredAt', ...fieldsOfEvents(condition.where)];
  }
}

const fieldsOfEvents = (where: readonly PropertyTest[] | undefined) => ['tracked_event.type', ...(where?.length ? [properties] : [])];

/** Traits that are parts of a field. */
const partsOfAddress = new Set(['city', 'region', 'country']);

function fieldsOfTrait(path: TraitPath): readonly string[] {
  const [resource = '', trait = ''] = path.split('.');
  const field = `${resource}.${partsOfAddress.has(trait) ? 'address' : trait}`;
  return resource === 'account' ? ['contact.accountId', field] : [field];
}
