import { invalid } from '../errors/domain-error.js';
import { daysOf, isSpanWord, spanWords, startOfDay, weekStartOf } from '../pure/time.js';
import { isZone } from '../resource/validators.js';
import { badAt, dateLeaf, instantLeaf, type Leaf } from './leaves.js';
import type { RunContext, StatementWriter } from './statement.js';
import type { Val } from './values.js';

interface Compared {
  readonly writer: StatementWriter;
  readonly column: string;
  readonly leaf: Leaf;
}

/** Days as people say them, `this_quarter`: from their first instant up to the first one after them, where the actor lives. */
export function duringSql({ writer, column, leaf }: Compared, path: string, val: Val): string {
  if (leaf.cast !== instantLeaf.cast && leaf.cast !== dateLeaf.cast)
    throw badAt(invalid('filter.unknown_operator', '"during" is no operator for this field.'), path);
  const bound = (end: 'from' | 'to') => writer.cursorLeaf(val, leaf.cast, (word, context) => boundOf(word, context, { end, leaf, path }));
  return `(${column} >= ${bound('from')} and ${column} < ${bound('to')})`;
}

interface Bound {
  readonly end: 'from' | 'to';
  readonly leaf: Leaf;
  readonly path: string;
}

function boundOf(word: unknown, { actor }: RunContext, { end, leaf, path }: Bound): unknown {
  if (!isSpanWord(word))
    throw badAt(invalid('filter.bad_value', `A filter value is not valid: it must be one of ${spanWords.join(', ')}.`), path);
  const zone = isZone(actor.timeZone) ? actor.timeZone : 'UTC';
  const day = daysOf(word, { now: new Date(), zone, weekStart: weekStartOf(actor.language), fiscal: actor.fiscal })[end];
  return leaf.cast === dateLeaf.cast ? day : startOfDay(day, zone);
}
