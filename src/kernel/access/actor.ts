import type { FiscalCalendar } from '../pure/fiscal.js';
import type { TextLanguages } from '../text/reading.js';
import type { Reach } from './reach.js';

export type { Reach } from './reach.js';

/** What an entry gives: a reach, or nothing, where a less exact entry would give something. */
export type Grant = Reach | 'none';

/** `lead:read` → reach. Also `lead:*`, `*:read` and `*`; the most exact entry counts. */
export type Permissions = Readonly<Record<string, Grant>>;

/**
 * What a field's reader may not do: `hide` not see it at all, `mask` see only that and what kind of value is there, `read` not write it.
 * A field without an entry is open.
 */
export type FieldRight = 'hide' | 'mask' | 'read';
/** `contact.email` → right. Only fields that are restricted have an entry. */
export type FieldRights = Readonly<Record<string, FieldRight>>;

/** What the reaches of rights come down to for one actor at one moment: the values that conditions on rows are filled with. */
export interface Reached {
  /** Whose rows count as his own: himself and those he stands in for. */
  readonly ownUserIds: readonly string[];
  /** Users of his teams and of those below, himself included. */
  readonly teamUserIds: readonly string[];
  /** All who report to him, directly or not, himself included. */
  readonly subtreeUserIds: readonly string[];
  /** His territories and those below. */
  readonly territoryIds: readonly string[];
  /** Users and teams by whose name records are shared with him. */
  readonly principalIds: readonly string[];
  /** Resources of which a record is shared with him. */
  readonly sharedNouns: readonly string[];
}

export const reachesNobody: Reached = {
  ownUserIds: [],
  teamUserIds: [],
  subtreeUserIds: [],
  territoryIds: [],
  principalIds: [],
  sharedNouns: [],
};

/** Who audit knows. `support` is the house that runs the installation, `agent` a program that decides by itself. */
export type ActorType = 'user' | 'api_key' | 'workflow' | 'import' | 'agent' | 'support' | 'system' | 'anonymous';

/** Who acts: a person, an integration's key, or the system itself. */
export interface Actor extends Reached {
  readonly kind: 'user' | 'api_key' | 'system' | 'anonymous';
  /** What audit calls him, where that is more than his kind says. */
  readonly type?: ActorType;
  /** The user in whose place he acts, where his id does not say it. */
  readonly behalfOf?: string | null;
  /** Id of the user or key; null for system and anonymous. */
  readonly id: string | null;
  /** Name of the system part that acts, for audit. */
  readonly label: string;
  /** The user rows are judged by; a key acts for the user who made it. */
  readonly userId: string | null;
  readonly permissions: Permissions;
  /** Rights he was given that mean nothing at present, because their module is off: what he may give others hangs on them too. */
  readonly dormant?: Permissions;
  readonly fieldRights: FieldRights;
  /** Same for all actors that may see the same things in the same way: keys plans in the read path. */
  readonly shape: string;
  /** Language the actor reads, a BCP 47 tag, and the IANA zone he lives in; absent where no person stands behind him. */
  readonly language?: string;
  readonly timeZone?: string;
  /** How his company divides its years, where that is not by the calendar. */
  readonly fiscal?: FiscalCalendar;
  /** Language his company writes its texts in; absent where no person stands behind him. */
  readonly writes?: string;
  /** Languages of the company's texts, where it has others than its own, and those the actor is told them in before that. */
  readonly texts?: TextLanguages;
  readonly reads?: readonly string[];
}

export const systemActor = (label: string, type?: ActorType): Actor => ({
  kind: 'system',
  ...(type ? { type } : {}),
  id: null,
  label,
  userId: null,
  permissions: { '*': 'all' },
  fieldRights: {},
  ...reachesNobody,
  shape: 'system',
});

export const anonymous: Actor = {
  kind: 'anonymous',
  id: null,
  label: 'anonymous',
  userId: null,
  permissions: {},
  fieldRights: {},
  ...reachesNobody,
  shape: 'anonymous',
};

/** How far `actor` may do `permission` (`lead:read`), or null when not at all. */
export function reachOf(permissions: Permissions, permission: string): Reach | null {
  const [noun, verb] = permission.split(':') as [string, string];
  const grant = permissions[permission] ?? permissions[`${noun}:*`] ?? permissions[`*:${verb}`] ?? permissions['*'] ?? 'none';
  return grant === 'none' ? null : grant;
}
