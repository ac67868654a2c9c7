import { invalid, type DomainError } from '#kernel/errors/domain-error.js';

/** Codes a query can be answered with, each saying what to do. */
export const queryErrors = {
  'analytics.query_invalid': "The query does not have the form Cube's query format asks for; `errors` names the place.",
  'analytics.member_unknown': 'The query names a measure, dimension or segment the model does not have; see `/v1/analytics/meta`.',
  'analytics.operator_not_allowed': "The filter's operator does not fit the member's type.",
  'analytics.value_invalid': 'A filter value is no number or no text that can be compared.',
  'analytics.date_range_invalid': 'The date range is not one of the forms we read.',
  'analytics.timezone_unknown': 'The time zone is no IANA name such as `Europe/Berlin`.',
  'analytics.limit_too_high': 'At most 50,000 rows are returned at once; page with `offset`.',
  'analytics.filter_mixed': 'Conditions on measures and on dimensions cannot stand in one `and` or `or` group.',
  'analytics.order_not_selected': 'The query orders by a member it does not select.',
} as const;
export type QueryErrorCode = keyof typeof queryErrors;

/** A refusal that names the place in the query, a JSON pointer. */
export const refuse = (code: QueryErrorCode, path: string, message: string): DomainError =>
  invalid(code, message, { errors: [{ path, code, message }] });

const shown = 60;
/** The client's text for a message: short, quoted, without control characters. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  const clean = text.replace(/\p{C}/gu, '?');
  return `"${clean.length > shown ? `${clean.slice(0, shown)}…` : clean}"`;
}
