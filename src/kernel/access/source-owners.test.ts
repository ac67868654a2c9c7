import { defineResource, everyone } from '../resource/define-resource.js';
import { text } from '../resource/fields.js';
import { DomainError } from '../errors/domain-error.js';
import { anonymous, systemActor, type Actor } from './actor.js';
import { hasOwners, refuseOwned } from './source-owners.js';

const fields = { name: text(80), rating: text(5, { sourceOwner: 'erp' }), limit: text(9, { sourceOwner: 'bank' }) };
const Firm = defineResource('firm', { description: 'A company.', table: 'test.firms', scope: everyone, fields });
const Free = defineResource('free', { description: 'Free.', table: 'test.frees', scope: everyone, fields: { name: text(80) } });

function refusal(actor: Partial<Actor>, names: readonly string[]): unknown {
  try {
    refuseOwned({ ...anonymous, ...actor }, Firm, names);
    return null;
  } catch (error) {
    return error instanceof DomainError ? [error.code, error.details['fields']] : error;
  }
}

test('only the key of the system that owns a value writes it', () => {
  expect([hasOwners(Firm), hasOwners(Free)]).toEqual([true, false]);
  expect(refusal({ kind: 'user', label: 'erp' }, ['name', 'rating'])).toEqual(['record.source_owned', ['firm.rating']]);
  expect(refusal({ kind: 'api_key', label: 'erp' }, ['name', 'rating'])).toBeNull();
  expect(refusal({ kind: 'api_key', label: 'ERP' }, ['rating'])).toEqual(['record.source_owned', ['firm.rating']]);
  expect(refusal({ kind: 'api_key', label: 'erp' }, ['rating', 'limit'])).toEqual(['record.source_owned', ['firm.limit']]);
  expect(refusal({ kind: 'user', label: 'Ada' }, ['name'])).toBeNull();
});

test('imports and the system itself are not kept from it', () => {
  expect(refusal(systemActor('job'), ['rating'])).toBeNull();
  expect(refusal({ kind: 'user', type: 'import' }, ['rating'])).toBeNull();
});
