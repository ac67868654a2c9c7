import type { ErrorTexts, Words } from '#kernel/text/catalog.js';

/** What is said about timelines; what stands on them is in src/modules/timeline/domain/sayings.ts. */
export const timelineErrors: ErrorTexts = {
  'timeline.bad_cursor': 'Diese Position in der Liste gibt es nicht; nehmen Sie die der vorigen Seite.',
  'timeline_entry.not_found': 'Einen Eintrag mit dieser Kennung gibt es nicht, oder Sie dürfen ihn nicht sehen.',
  'timeline.none': 'Datensätze dieser Art haben keinen Verlauf.',
  'timeline.too_many_pins': 'An einem Verlauf sind höchstens 20 Einträge angeheftet. Lösen Sie zuerst einen.',
  'timeline.users_only': 'Das tut nur ein Benutzer oder ein Schlüssel, den einer angelegt hat.',
};

export const timelineProblems: Words = { without_timeline: 'ist von einer Art ohne Verlauf' };

export const timelineLabels = {
  modules: { timeline: 'Verlauf' } satisfies Words,
  // A noun of verbs that is no resource.
  resources: { timeline: 'Verlauf' } satisfies Words,
  verbs: { rebuild: 'Neu aufbauen' } satisfies Words,
  descriptions: { timeline: 'Was mit einem Datensatz und um ihn herum geschehen ist und was Benutzer daraus machen.' } satisfies Words,
};
