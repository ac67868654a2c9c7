import { conflict, DomainError, invalid } from '../errors/domain-error.js';

export const damaged = (why: string): DomainError =>
  invalid('box.damaged', `This is no tenant box, or it is not as it was written: ${why}`, { why });

export const newerFormat = (found: number, known: number): DomainError =>
  conflict('box.newer_format', `The box has the format ${found}; this installation reads up to ${known}. Update it first.`, {
    found,
    known,
  });

export const otherSchema = (unknown: readonly string[]): DomainError =>
  conflict(
    'box.other_schema',
    `The box holds what this installation does not know: ${unknown.slice(0, 5).join(', ')}. Bring it to the version the box was written by.`,
    { unknown: unknown.slice(0, 50) },
  );

export const notEmpty = (slug: string, tables: readonly string[]): DomainError =>
  conflict('box.tenant_not_empty', `The company "${slug}" is not empty. A box is only unpacked into a new or an empty one.`, {
    slug,
    tables: tables.slice(0, 20),
  });

export const auditBroken = (): DomainError =>
  conflict(
    'box.audit_broken',
    'The audit in the box is broken and cannot be given to a company with another id. Unpack it where its own id is free.',
  );

export const tooLarge = (why: string): DomainError => new DomainError('too_large', 'box.too_large', `The box is refused: ${why}`, { why });
