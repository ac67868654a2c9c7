import type { Work } from '#kernel/usecase/work.js';
import { RoleAssignment } from '#modules/identity/role/role-assignment.resource.js';
import { Team } from '#modules/identity/team/team.resource.js';
import { User } from '#modules/identity/user/user.resource.js';
import { slug } from './dice.js';
import { marketer, serviceAgents, teamLines, type TeamLine } from './people-list.js';

/** Ids of the default roles by key, as `createTenant` returns them. */
export type RoleIds = ReadonlyMap<string, string>;
export interface Seller {
  readonly id: string;
  readonly region: string;
}
export interface DemoPeople {
  readonly sellers: readonly Seller[];
  readonly managerIds: readonly string[];
  readonly serviceAgentIds: readonly string[];
  readonly marketerId: string;
}

/** Colleagues of the demo administrator. None has a password, so none can sign in until one is set. */
export async function seedPeople(work: Work, adminId: string, roleIds: RoleIds): Promise<DemoPeople> {
  const teams = [];
  for (const line of teamLines) teams.push(await seedTeam(work, line, adminId, roleIds));
  const service = await work.repo(Team).create({ name: 'Kundendienst' });
  const serviceAgentIds = [];
  for (const name of serviceAgents)
    serviceAgentIds.push(await colleague(work, { name, teamId: service.id, managerId: adminId }, roleIds.get('service_agent')));
  const marketing = await work.repo(Team).create({ name: 'Marketing' });
  const marketerId = await colleague(work, { name: marketer, teamId: marketing.id, managerId: adminId }, roleIds.get('marketing_manager'));
  return { sellers: teams.flatMap((team) => team.sellers), managerIds: teams.map((team) => team.managerId), serviceAgentIds, marketerId };
}

async function seedTeam(work: Work, line: TeamLine, adminId: string, roleIds: RoleIds): Promise<{ managerId: string; sellers: Seller[] }> {
  const { id: teamId } = await work.repo(Team).create({ name: line.name, region: line.region });
  const managerId = await colleague(work, { name: line.manager, teamId, managerId: adminId }, roleIds.get('sales_manager'));
  const sellers: Seller[] = [];
  for (const name of line.sellers)
    sellers.push({ id: await colleague(work, { name, teamId, managerId }, roleIds.get('sales_rep')), region: line.region });
  return { managerId, sellers };
}

async function colleague(
  work: Work,
  person: { name: string; teamId: string; managerId: string },
  roleId: string | undefined,
): Promise<string> {
  const email = `${slug(person.name).replaceAll('-', '.')}@kontor.example`;
  const { id: userId } = await work.repo(User).create({ ...person, email, locale: 'de', timeZone: 'Europe/Berlin' });
  if (roleId) await work.repo(RoleAssignment).create({ userId, roleId });
  return userId;
}
