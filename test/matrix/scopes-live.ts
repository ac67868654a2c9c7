import type { Resource } from '#kernel/resource/define-resource.js';
import type { Finding } from './judge.js';
import { listen, listenable, tell, timesHeard, until, type Ear } from './live.js';
import { compare, finding, resourcesOf, rowsOf, seen, type Scope } from './scopes.js';

/** Of which planted rows somebody hears when all of them change. */
export async function askLive(scope: Scope): Promise<{ asked: number; findings: Finding[] }> {
  const { machine, world, who } = scope;
  const told = new Set(listenable(machine).map(({ name }) => name));
  const heard = resourcesOf(scope).filter(({ name, scope: { kind } }) => kind === 'owned' && told.has(name));
  const own = heard.map((resource) => ({ resource, id: rowsOf(scope, resource).find(({ slot }) => slot?.name === 'own')?.id ?? '' }));
  const all = heard.flatMap((resource) => rowsOf(scope, resource).map(({ id }) => ({ resource, id })));
  const ear = await listen(machine, who);
  if (own.every(({ resource }) => seen(scope, resource) === null)) return allRefused(scope, ear);
  const isHeard = (n: number) => own.every(({ resource: { name }, id }) => timesHeard(ear, name, id) >= n);
  // Nothing says when a subscription has begun but what it tells.
  while (!isHeard(1)) {
    await tell(machine, world.room, own, ['updated']);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await tell(machine, world.room, all, ['updated']);
  // What was to be overheard was on its way before this.
  const before = Math.max(...own.map(({ resource: { name }, id }) => timesHeard(ear, name, id)));
  for (let i = 0; i < 3; i++) await tell(machine, world.room, own, ['updated']);
  await until(() => isHeard(before + 2));
  const idsHeard = (resource: Resource) =>
    new Set(rowsOf(scope, resource).flatMap(({ id }) => (timesHeard(ear, resource.name, id) > 0 ? [id] : [])));
  const findings = heard.flatMap((resource) =>
    compare(scope, `subscription ${resource.single}Changed`, {
      seen: idsHeard(resource),
      wanted: seen(scope, resource) ?? new Set(),
      rows: rowsOf(scope, resource),
    }),
  );
  await ear.close();
  return { asked: heard.length, findings };
}

/** Who has no right to read any of it is told so, for each of them. */
async function allRefused(scope: Scope, ear: Ear): Promise<{ asked: number; findings: Finding[] }> {
  const all = listenable(scope.machine);
  await until(() => all.every(({ name }) => ear.refused.has(name)));
  await ear.close();
  const others = [...ear.refused].filter(([, code]) => code !== 'access.forbidden');
  return { asked: all.length, findings: others.map(([name, code]) => finding(scope, 'status', `subscription of ${name}`, code)) };
}
