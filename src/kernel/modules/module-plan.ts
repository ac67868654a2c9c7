import type { Switch } from '../variants/switches.js';

/** One thing to be done. */
export interface ModuleStep {
  readonly key: string;
  readonly action: 'enable' | 'disable';
}

type Switches = ReadonlyMap<string, Switch>;

/** Keys a module needs, directly or not, the deepest first; itself last. */
export function withNeeds(switches: Switches, key: string, seen: ReadonlySet<string> = new Set()): string[] {
  const found = switches.get(key);
  if (!found || seen.has(key)) return [];
  const before = found.dependsOn.flatMap((needed) => withNeeds(switches, needed, new Set([...seen, key])));
  return [...new Set([...before, key])];
}

/** Keys of what needs a module, directly or not, what stands on the others first; itself last. Its own parts go with it and are not named. */
export function withDependents(switches: Switches, key: string, seen: ReadonlySet<string> = new Set()): string[] {
  if (!switches.has(key) || seen.has(key)) return [];
  const above = [...switches.values()].filter((one) => one.dependsOn.includes(key) && !isPartOf(one, key));
  const parts = [...switches.values()].filter((one) => isPartOf(one, key)).flatMap((part) => standOn(switches, part.key, key));
  return [...new Set([...above.flatMap((one) => withDependents(switches, one.key, new Set([...seen, key]))), ...parts, key])];
}

/** What stands on a part stands on its module too. */
const standOn = (switches: Switches, part: string, module: string): string[] =>
  [...switches.values()]
    .filter((one) => one.dependsOn.includes(part) && !isPartOf(one, module))
    .flatMap((one) => withDependents(switches, one.key));

const isPartOf = ({ key, part }: Switch, module: string) => part !== null && key.startsWith(`${module}.`);

/** Of what a module needs, what is switched off. */
export const missingFor = (switches: Switches, key: string, off: ReadonlySet<string>): string[] =>
  withNeeds(switches, key).filter((one) => one !== key && off.has(one));

/** Of what needs a module, what is on. */
export const dependentsOf = (switches: Switches, key: string, on: ReadonlySet<string>): string[] =>
  withDependents(switches, key).filter((one) => one !== key && on.has(one));

/** What has to be done, in order, so that these are on and those are off. What is to be on wins. `off`: what was switched off itself. */
export function planOf(
  switches: Switches,
  { on, off }: { readonly on: ReadonlySet<string>; readonly off: ReadonlySet<string> },
  { enable, disable }: { readonly enable: readonly string[]; readonly disable: readonly string[] },
): ModuleStep[] {
  const up = [...new Set(enable.flatMap((key) => withNeeds(switches, key)))].filter((key) => off.has(key));
  const needed = new Set(enable.flatMap((key) => withNeeds(switches, key)));
  const down = [...new Set(disable.flatMap((key) => withDependents(switches, key)))].filter((key) => on.has(key) && !needed.has(key));
  return [...down.map((key) => ({ key, action: 'disable' as const })), ...up.map((key) => ({ key, action: 'enable' as const }))];
}
