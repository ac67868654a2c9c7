import type { NewRow } from '#kernel/resource/define-resource.js';
import type { Work } from '#kernel/usecase/work.js';
import { Activity } from '#modules/customers/activity/activity.resource.js';
import { dayAfter, instantAfter, type Dice } from './dice.js';
import type { Customer } from './seed-customers.js';

type Kind = 'call' | 'meeting' | 'email' | 'note' | 'task';
type Subjects = readonly [string, ...string[]];

const kinds: readonly [Kind, ...Kind[]] = ['call', 'call', 'meeting', 'email', 'note', 'task', 'task'];
const subjects: Readonly<Record<Kind, Subjects>> = {
  call: ['Rückruf zum Angebot', 'Bedarf abgefragt', 'Termin abgestimmt'],
  meeting: ['Werksbesichtigung', 'Vorstellung HavelVision', 'Jahresgespräch'],
  email: ['Datenblätter geschickt', 'Angebot nachgefasst', 'Referenzen geschickt'],
  note: ['Ansprechpartner wechselt zum Quartal', 'Investition erst im neuen Jahr', 'Zweites Werk geplant'],
  task: ['Angebot schreiben', 'Muster versenden', 'Rahmenvertrag prüfen'],
};

/** Three for each customer: what was done is in the past, tasks and meetings lie ahead too. */
export async function seedActivities(work: Work, dice: Dice, customers: readonly Customer[]): Promise<number> {
  const rows = customers.flatMap((customer) => [0, 1, 2].map(() => activityFor(work.now, dice, customer)));
  return (await work.repo(Activity).createMany(rows)).length;
}

function activityFor(now: Date, dice: Dice, customer: Customer): NewRow<typeof Activity> {
  const kind = dice.pick(kinds);
  const day = kind === 'task' || kind === 'meeting' ? dice.between(-60, 30) : -dice.between(1, 200);
  const about = {
    kind,
    subject: dice.pick(subjects[kind]),
    ownerId: customer.ownerId,
    accountId: customer.account.id,
    contactId: customer.contacts[0]?.id,
  };
  const doneAt = day < -3 || (kind !== 'task' && day < 0) ? instantAfter(now, day) : null;
  switch (kind) {
    case 'task':
      return { ...about, dueOn: dayAfter(now, day), doneAt };
    case 'meeting':
      return {
        ...about,
        start: { local: `${dayAfter(now, day)}T${dice.pick(['09:00', '10:30', '14:00'])}:00`, zone: 'Europe/Berlin' },
        durationMinutes: 60,
        doneAt,
      };
    default:
      return { ...about, doneAt };
  }
}
