/** What has happened to a record, said of its name: `Deal “Fleet” was won`. */
type Sayings = Readonly<Record<string, string>>;

const english: Sayings = {
  created: 'was created',
  updated: 'was changed',
  deleted: 'was deleted',
  linked: 'was linked',
  unlinked: 'was unlinked',
  lead_qualified: 'was qualified',
  lead_disqualified: 'was given up',
  lead_converted: 'became a customer',
  opportunity_won: 'was won',
  opportunity_lost: 'was lost',
  opportunity_reopened: 'was reopened',
  opportunity_moved: 'came into another stage',
  activity_completed: 'was done',
  case_resolved: 'was resolved',
  case_closed: 'was closed',
  case_reopened: 'was reopened',
  case_moved: 'came into another state',
  case_assigned: 'was assigned',
  case_priority_changed: 'got another priority',
  case_message_sent: 'was sent to the customer',
  case_message_received: 'came from the customer',
  case_message_noted: 'was noted',
  consent_granted: 'was granted',
  consent_withdrawn: 'was withdrawn',
  outbound_message_sent: 'was sent',
};

const german: Sayings = {
  created: 'wurde angelegt',
  updated: 'wurde geändert',
  deleted: 'wurde gelöscht',
  linked: 'wurde verknüpft',
  unlinked: 'wurde gelöst',
  lead_qualified: 'wurde qualifiziert',
  lead_disqualified: 'wurde aufgegeben',
  lead_converted: 'wurde Kunde',
  opportunity_won: 'wurde gewonnen',
  opportunity_lost: 'wurde verloren',
  opportunity_reopened: 'wurde wieder geöffnet',
  opportunity_moved: 'kam in eine andere Phase',
  activity_completed: 'wurde erledigt',
  case_resolved: 'wurde gelöst',
  case_closed: 'wurde geschlossen',
  case_reopened: 'wurde wieder aufgenommen',
  case_moved: 'kam in einen anderen Zustand',
  case_assigned: 'wurde zugewiesen',
  case_priority_changed: 'bekam eine andere Dringlichkeit',
  case_message_sent: 'ging an den Kunden',
  case_message_received: 'kam vom Kunden',
  case_message_noted: 'wurde notiert',
  consent_granted: 'wurde erteilt',
  consent_withdrawn: 'wurde widerrufen',
  outbound_message_sent: 'wurde gesendet',
};

export const sayings = { en: english, de: german } as const;
export type Tongue = keyof typeof sayings;

const names = { en: (name: string) => ` “${name}”`, de: (name: string) => ` „${name}“` } as const;
const gone = { en: ' (deleted)', de: ' (gelöscht)' } as const;

export interface Happening {
  readonly type: string;
  readonly verb: string;
  /** What the record is called: `Deal`. */
  readonly kind: string;
  /** What people know it by; null where it has no name its reader may see. */
  readonly name: string | null;
  readonly isDeleted: boolean;
  /** Names of fields that changed. */
  readonly fields: readonly string[];
}

export function sentence(tongue: Tongue, { type, verb, kind, name, isDeleted, fields }: Happening): string {
  const said = sayings[tongue][type] ?? sayings[tongue][verb] ?? verb;
  const who = isDeleted && verb !== 'deleted' ? gone[tongue] : name ? names[tongue](name) : '';
  const what = verb === 'updated' && sayings[tongue][type] === undefined && fields.length > 0 ? `: ${fields.join(', ')}` : '';
  return `${kind}${who} ${said}${what}`;
}
