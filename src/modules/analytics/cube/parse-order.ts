import type { CubeQuery, Order } from './query.js';
import { quote, refuse } from './refuse.js';
import { isObject, listAt, oneOf, textAt } from './shape.js';

type Selected = Pick<CubeQuery, 'measures' | 'dimensions' | 'axes'>;

/** `{member: 'asc'}`, `[['member', 'desc']]`, or as echoed, `[{id, desc}]`. Cube's own default when there is none. */
export function parseOrder(raw: unknown, path: string, selected: Selected): Order[] {
  const order = pairsOf(raw, path).flatMap(([name, word, at]): Order[] => {
    const direction = oneOf(word, ['asc', 'desc', 'none'], at);
    return direction === 'none' ? [] : [{ target: targetOf(name, at, selected), descending: direction === 'desc' }];
  });
  return order.length > 0 ? order : usualOrder(selected);
}

function pairsOf(raw: unknown, path: string): [name: unknown, direction: unknown, path: string][] {
  if (isObject(raw))
    return Object.entries(raw)
      .slice(0, 50)
      .map(([name, direction]) => [name, direction, `${path}/${name.slice(0, 60)}`]);
  return listAt(raw, path, 50).map((entry, i) => {
    const at = `${path}/${i}`;
    if (Array.isArray(entry) && entry.length === 2) return [entry[0], entry[1], at];
    if (isObject(entry) && 'id' in entry) return [entry['id'], entry['desc'] === true ? 'desc' : 'asc', at];
    throw refuse(
      'analytics.query_invalid',
      at,
      `Cannot read the order ${quote(entry)}. Write {"opportunities.count": "desc"} or [["opportunities.count", "desc"]].`,
    );
  });
}

function targetOf(raw: unknown, path: string, { measures, dimensions, axes }: Selected): Order['target'] {
  const name = textAt(raw, path);
  const measure = measures.find((m) => m.name === name);
  if (measure) return { kind: 'measure', member: measure };
  const dimension = dimensions.find((d) => d.name === name);
  if (dimension) return { kind: 'dimension', member: dimension };
  const axis = axes.find((a) => a.granularity && (a.dimension.name === name || `${a.dimension.name}.${a.granularity}` === name));
  if (axis) return { kind: 'time', axis };
  throw refuse(
    'analytics.order_not_selected',
    path,
    `Cannot order by ${quote(name)}: add it to measures, dimensions or timeDimensions (with a granularity).`,
  );
}

/** First time dimension upwards, else first measure downwards, else first dimension upwards. */
function usualOrder({ measures, dimensions, axes }: Selected): Order[] {
  const axis = axes.find((a) => a.granularity);
  if (axis) return [{ target: { kind: 'time', axis }, descending: false }];
  if (measures[0]) return dimensions.length > 0 ? [{ target: { kind: 'measure', member: measures[0] }, descending: true }] : [];
  return dimensions[0] ? [{ target: { kind: 'dimension', member: dimensions[0] }, descending: false }] : [];
}
