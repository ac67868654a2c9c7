import { provisionTenant } from '#app/auth-wiring.js';
import { allModules } from '#app/modules.js';
import { openDatabase } from '#kernel/db/data-source.js';
import { Runtime } from '#kernel/db/runtime.js';
import { buildRegistry } from '#kernel/resource/registry.js';
import { noPorts } from '#kernel/testing/no-ports.js';
import { systemClock } from '#kernel/usecase/clock.js';
import type { Installation } from './installation.ts';
import { RestClient } from './rest-client.ts';

/** A company with people who allow newsletters, a live journey and a service level, made by public means. */
export interface Company {
  readonly tenantId: string;
  readonly adminId: string;
  readonly rest: RestClient;
  readonly contactIds: readonly string[];
}

export const triggerType = 'cart.abandoned';
/** Of every clock; cases are opened as received so long ago that it has nearly run out. */
export const targetMinutes = 60;

export const login = { email: 'admin@faults.example', password: 'a long enough password' };
const mjml =
  '<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{ contact.firstName }} <a href="{{ links.unsubscribe }}">stop</a></mj-text></mj-column></mj-section></mj-body></mjml>';

export async function foundCompany(installation: Installation, people: number): Promise<Company> {
  const { tenantId, adminId } = await provision(installation.appUrl);
  const rest = new RestClient(() => installation.url, login);
  await rest.signIn();
  await openServiceDesk(rest);
  await goLive(rest);
  const contactIds: string[] = [];
  for (let i = 0; i < people; i++) contactIds.push(await person(rest, i));
  return { tenantId, adminId, rest, contactIds };
}

/** Companies are made by the command line only: here by the function behind it. */
export async function provision(appUrl: string, slug = 'faults', email = login.email) {
  const registry = buildRegistry(allModules);
  const database = await openDatabase(registry, { url: appUrl, poolSize: 2 });
  try {
    const admin = { ...login, email, name: 'Admin' };
    return await provisionTenant(new Runtime(registry, database, systemClock, noPorts), {
      slug,
      name: 'Faults',
      currency: 'EUR',
      timeZone: 'Europe/Berlin',
      locale: 'en',
      admin,
    });
  } finally {
    await database.source.destroy();
  }
}

async function person(rest: RestClient, i: number): Promise<string> {
  const { id } = await rest.must('POST', '/v1/contacts', { firstName: 'Ada', lastName: `Number ${i}`, email: `ada${i}@customer.example` });
  const proof = { channel: 'email', purpose: 'newsletter', source: 'test', textVersion: 'v1' };
  await rest.must('POST', `/v1/contacts/${String(id)}/consents/grant`, proof);
  return String(id);
}

async function goLive(rest: RestClient): Promise<void> {
  const template = await rest.must('POST', '/v1/email-templates', { name: 'Hello', subject: 'Hello {{ contact.firstName }}', mjml });
  const definition = {
    trigger: { kind: 'event', event: triggerType, maxLateness: 'PT2H' },
    reentry: { kind: 'every' },
    purpose: 'newsletter',
    from: { name: 'Shop', address: 'shop@kontor.example' },
    steps: [
      { id: 'pause', kind: 'wait', duration: 'PT1S' },
      { id: 'mail', kind: 'email', templateId: template['id'] },
    ],
  };
  const { journeyId } = await rest.must('POST', '/v1/journeys', { name: 'Come back', definition });
  await rest.must('POST', `/v1/journeys/${String(journeyId)}/publish`, {});
}

/** One rung at the end of the target, which tells the owner and makes the case more urgent by one: twice would show. */
async function openServiceDesk(rest: RestClient): Promise<void> {
  const calendar = await rest.must('POST', '/v1/business-calendars', { name: 'Always', zone: 'Europe/Berlin' });
  const level = await rest.must('POST', '/v1/service-levels', { name: 'Standard', calendarId: calendar['id'] });
  const priorities = ['p1', 'p2', 'p3', 'p4', 'p5'];
  const targets = priorities.map((priority) => ({ metric: 'first_response', priority, minutes: targetMinutes, clock: 'wall' }));
  const actions = [{ kind: 'notify', to: 'owner' }, { kind: 'raise_priority' }];
  const steps = [{ metric: 'first_response', level: 1, percent: 100, actions }];
  await rest.must('POST', `/v1/service-levels/${String(level['id'])}/publish`, { targets, steps });
}

/** A case whose clock runs out after `seconds`. */
export async function openCaseDueIn({ rest, adminId }: Company, seconds: number): Promise<string> {
  const receivedAt = new Date(Date.now() - targetMinutes * 60_000 + seconds * 1_000).toISOString();
  const { caseId } = await rest.must('POST', '/v1/cases', { subject: 'The pump leaks', priority: 'p4', ownerId: adminId, receivedAt });
  return String(caseId);
}
