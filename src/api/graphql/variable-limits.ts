import { invalid, type DomainError } from '#kernel/errors/domain-error.js';

const mostLevels = 64;
const mostObjects = 5000;

/**
 * Variables no honest request has: so deep that they end the stack of whoever walks them (graphql-js, the compiler, the
 * validation), or so many objects that reading them by their type keeps the process busy for seconds.
 */
export function refuseVariables(variables: unknown): DomainError | null {
  const pending: [object, number][] = isObject(variables) ? [[variables, 1]] : [];
  let seen = 0;
  for (let next = pending.pop(); next; next = pending.pop()) {
    const [value, level] = next;
    seen += 1;
    if (level > mostLevels || seen + pending.length > mostObjects)
      return invalid(
        'input.too_complex',
        `The variables hold more than ${mostObjects} objects and lists, or more than ${mostLevels} levels.`,
      );
    for (const inner of Object.values(value)) if (isObject(inner)) pending.push([inner, level + 1]);
  }
  return null;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
