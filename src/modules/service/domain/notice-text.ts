import { Temporal } from 'temporal-polyfill';
import type { Metric } from './service-level-match.js';

export interface NoticeFacts {
  readonly number: string;
  readonly subject: string;
  readonly metric: Metric;
  readonly level: number;
  readonly dueAt: Date | null;
  readonly breachedAt: Date | null;
  /** Lower levels this notice speaks for. */
  readonly levels: readonly number[];
}
export interface NoticeText {
  readonly title: string;
  readonly body: string;
}

const texts = {
  en: {
    first_response: 'first response',
    resolution: 'resolution',
    late: (what: string, number: string) => `Case ${number}: ${what} is overdue`,
    soon: (what: string, number: string) => `Case ${number}: ${what} is due soon`,
    due: (at: string) => `Due ${at}.`,
    level: (level: number) => `Escalation level ${level}.`,
    also: (levels: string) => `Also passed: level ${levels}.`,
    back: (number: string) => `Case ${number}: the waiting time is over`,
  },
  de: {
    first_response: 'Erstantwort',
    resolution: 'Lösung',
    late: (what: string, number: string) => `Vorgang ${number}: ${what} ist überfällig`,
    soon: (what: string, number: string) => `Vorgang ${number}: ${what} wird bald fällig`,
    due: (at: string) => `Fällig ${at}.`,
    level: (level: number) => `Eskalationsstufe ${level}.`,
    also: (levels: string) => `Ebenfalls erreicht: Stufe ${levels}.`,
    back: (number: string) => `Vorgang ${number}: die Wartezeit ist vorbei`,
  },
} as const;

/** What a user reads about an escalation, in his language and his time zone. */
export function escalationNotice(facts: NoticeFacts, locale: string, zone: string): NoticeText {
  const t = words(locale);
  const title = (facts.breachedAt === null ? t.soon : t.late)(t[facts.metric], facts.number);
  const at = facts.breachedAt ?? facts.dueAt;
  const lines = [
    facts.subject,
    t.level(facts.level),
    ...(at === null ? [] : [t.due(localTime(at, zone))]),
    ...(facts.levels.length === 0 ? [] : [t.also([...facts.levels].sort((a, b) => a - b).join(', '))]),
  ];
  return { title, body: lines.join('\n') };
}

/** What the owner of a case reads when the time it was to wait is over. */
export const waitOverNotice = (number: string, subject: string, locale: string): NoticeText => ({
  title: words(locale).back(number),
  body: subject,
});

const words = (locale: string) => (locale.toLowerCase().startsWith('de') ? texts.de : texts.en);

function localTime(at: Date, zone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone);
  return `${local.toPlainDate().toString()} ${local.toPlainTime().toString({ smallestUnit: 'minute' })} ${local.offset}`;
}
