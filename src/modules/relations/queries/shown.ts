import { dealingsWith, type Dealing, type Dealings } from '#modules/customers/api.js';
import { choice, date, decimal, instant, integer, list, object, text } from '#kernel/resource/fields.js';
import { titlesOf } from '#kernel/read/titles.js';
import type { Work } from '#kernel/usecase/work.js';
import type { Namer } from '../walk/names.js';
import type { Hop } from '../walk/step.js';
import { byKind, kindBehind, type Placed } from '../walk/surroundings.js';

const dealing = {
  strength: decimal(4, {
    description:
      'From 0 towards 1, by the activities you may see: r / (1 + r), where r adds up 0.5 ^ (age in days / 90) of each done in the last 720 days. Empty where no activity can say.',
  }),
  activities: integer({ description: 'How many activities that is.' }),
  lastActivityAt: instant({ description: 'When the last of them was done.' }),
};

export const networkRecord = object(
  {
    id: text(36, { required: true, description: 'Its id.' }),
    resource: text(80, { required: true, description: 'What it is, as the API calls it: `account`.' }),
    kind: text(300, { required: true, description: 'The same as people call it, in your language.' }),
    name: text(1000, { description: 'What people know it by, as far as you may see that.' }),
    distance: integer({ required: true, description: 'Hops away from the first record.' }),
    ...dealing,
  },
  { name: 'NetworkRecord', required: true },
);

export const networkHop = object(
  {
    fromId: text(36, { required: true, description: 'The record it leads away from.' }),
    toId: text(36, { required: true, description: 'The record it leads to.' }),
    relation: text(160, { required: true, description: 'The relation, `x_employment`, or the reference, `contact.accountId`.' }),
    direction: choice(['forward', 'backward'], {
      required: true,
      description: 'Whether it is followed the way it was defined or the other way round.',
    }),
    label: text(300, { required: true, description: 'What the record it leads to is to the other: `Employer`. In your language.' }),
    recordId: text(36, { required: true, description: 'The record that says so: that of the relation, or the one that refers.' }),
    roles: list(text(80, { required: true }), { description: 'Its roles, by their keys.' }),
    validFrom: date({ description: 'The day it begins.' }),
    validTo: date({ description: 'The first day it does not hold any more.' }),
    ...dealing,
  },
  { name: 'NetworkHop', required: true },
);

interface Found {
  readonly records: readonly Placed[];
  readonly hops: readonly Hop[];
}

/** Records and hops as they are told: by name, in a language, and with how strong they are. */
export async function shown(work: Work, { records, hops }: Found, namer: Namer) {
  const names = await titlesOf(work, byKind(records));
  const dealings = await dealingsWith(work, records, hops.map(pairOf));
  return {
    records: records.map((record) => ({
      id: record.id,
      resource: record.kind,
      kind: namer.kind(work.definitions.resource(record.kind)),
      name: names.get(record.id) || null,
      distance: record.distance,
      ...told(dealings.of(record)),
    })),
    hops: hops.map((hop) => shownHop(hop, namer, dealings)),
  };
}

const pairOf = (hop: Hop) =>
  [
    { id: hop.near, kind: (hop.isForward ? hop.tie.near : hop.tie.far).name },
    { id: hop.far, kind: kindBehind(hop) },
  ] as const;

const shownHop = (hop: Hop, namer: Namer, dealings: Dealings) => ({
  fromId: hop.near,
  toId: hop.far,
  relation: hop.tie.name,
  direction: hop.isForward ? ('forward' as const) : ('backward' as const),
  label: namer.hop(hop),
  recordId: hop.holderId,
  roles: hop.roles === null ? null : [...hop.roles],
  validFrom: hop.validFrom,
  validTo: hop.validTo,
  ...told(dealings.between(pairOf(hop))),
});

const told = (known: Dealing | null) => ({
  strength: known?.strength ?? null,
  activities: known?.activities ?? null,
  lastActivityAt: known?.lastAt ?? null,
});
