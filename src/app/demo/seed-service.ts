import type { InputOf } from '#kernel/resource/fields.js';
import type { Work } from '#kernel/usecase/work.js';
import { BusinessCalendar } from '#modules/service/calendar/business-calendar.resource.js';
import { setHours } from '#modules/service/calendar/set-hours.js';
import { openCase } from '#modules/service/case/open-case.js';
import { setWaiting } from '#modules/service/case/set-waiting.js';
import { publishServiceLevel } from '#modules/service/level/publish-service-level.js';
import { ServiceLevel } from '#modules/service/level/service-level.resource.js';
import type { Article } from './seed-catalog.js';
import type { Customer } from './seed-customers.js';
import type { DemoPeople } from './seed-people.js';

type Case = InputOf<typeof openCase.input>;
type Terms = InputOf<typeof publishServiceLevel.input>;
type CaseLine = readonly [subject: string, type: Case['type'], priority: Case['priority'], hoursAgo: number, channel: Case['channel']];

/** Open cases, each said to have come in so many hours ago. */
const caseLines: readonly CaseLine[] = [
  ['Prüfstation meldet: Kamera nicht erreichbar', 'incident', 'p1', 0.2, 'phone'],
  ['Gateway verliert nach dem Update die Verbindung', 'incident', 'p2', 2, 'email'],
  ['Lieferung unvollständig, zwei Sensoren fehlen', 'complaint', 'p2', 5, 'email'],
  ['Wie lange hält die Kalibrierung eines Drucksensors?', 'question', 'p3', 20, 'web'],
  ['Zusätzliche Zugänge zur HavelCloud', 'request', 'p4', 49, 'portal'],
  ['Temperatursensor zeigt nach dem Einbau falsche Werte', 'incident', 'p3', 97, 'email'],
];
/** The customer was asked for the serial number of this one: its resolution clock stands still. */
const waitingLine = 5;

/** Minutes to the first answer and to the end. The most urgent count round the clock, the others in opening hours. */
const minutes = { p1: [30, 240], p2: [60, 480], p3: [240, 1440], p4: [480, 2400], p5: [960, 4800] } as const;

const clockOf = (priority: keyof typeof minutes) => (priority === 'p1' ? 'wall' : 'business');

const targets: Terms['targets'] = (['p1', 'p2', 'p3', 'p4', 'p5'] as const).flatMap((priority) => [
  { metric: 'first_response' as const, priority, minutes: minutes[priority][0], clock: clockOf(priority) },
  { metric: 'resolution' as const, priority, minutes: minutes[priority][1], clock: clockOf(priority) },
]);

const ladder: Terms['steps'] = (['first_response', 'resolution'] as const).flatMap((metric) => [
  { metric, level: 1, percent: 75, actions: [{ kind: 'notify' as const, to: 'owner' as const }] },
  { metric, level: 2, percent: 100, actions: [{ kind: 'notify' as const, to: 'manager' as const }, { kind: 'raise_priority' as const }] },
]);

/** Opening hours, an agreement for every customer, and a few open cases. By the module's own commands, so that their clocks run. */
export async function seedService(
  work: Work,
  people: DemoPeople,
  customers: readonly Customer[],
  articles: readonly Article[],
): Promise<number> {
  await seedAgreement(work);
  const ids: string[] = [];
  for (const [i, [subject, type, priority, hoursAgo, channel]] of caseLines.entries()) {
    const { caseId } = await openCase.run(
      {
        subject,
        type,
        priority,
        channel,
        contactId: customers[i * 3]?.contacts[0]?.id,
        productId: articles[i]?.id,
        ownerId: people.serviceAgentIds[i % people.serviceAgentIds.length],
        receivedAt: new Date(work.now.getTime() - hoursAgo * 3_600_000),
      },
      work,
    );
    ids.push(caseId);
  }
  const caseId = ids[waitingLine];
  if (caseId) await setWaiting.run({ caseId, waitingFor: 'customer', reason: 'Seriennummer erfragt' }, work);
  return ids.length;
}

async function seedAgreement(work: Work): Promise<void> {
  const { id: businessCalendarId } = await work.repo(BusinessCalendar).create({ name: 'Kundendienst Berlin', zone: 'Europe/Berlin' });
  const hours = [1, 2, 3, 4, 5].map((weekday) => ({ weekday, start: '08:00', end: weekday === 5 ? '16:00' : '18:00' }));
  await setHours.run({ businessCalendarId, hours }, work);
  const { id: serviceLevelId } = await work.repo(ServiceLevel).create({ name: 'Standard', calendarId: businessCalendarId });
  await publishServiceLevel.run({ serviceLevelId, targets, steps: ladder }, work);
}
