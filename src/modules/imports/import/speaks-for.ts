import type { Actor } from '#kernel/access/actor.js';

/** An operator at the command line may bring the values of every system. */
export const everySystem = '*';

/** The system whose values an import may bring: that whose API key started it. */
export function speaksFor({ kind, label }: Pick<Actor, 'kind' | 'label'>): string | null {
  if (kind === 'system') return everySystem;
  return kind === 'api_key' ? label.slice(0, 200) : null;
}
