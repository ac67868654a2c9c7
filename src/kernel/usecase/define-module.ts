import type { Resource } from '../resource/define-resource.js';
import type { Actor, Permissions } from '../access/actor.js';
import type { Command, Query } from './define-command.js';
import type { DomainEvent } from './define-event.js';
import type { Job, Effect, Subscriber } from './define-job.js';
import type { Registry } from '../resource/registry.js';
import type { BoxRules } from '../box/box-rule.js';
import type { Judge } from './judge.js';
import type { Work } from './work.js';

/* The lists hold definitions of every input shape; `run` is contravariant, hence the one `any` of the kernel. */
/* eslint-disable @typescript-eslint/no-explicit-any */
export interface ModuleMembers {
  readonly resources?: readonly Resource[];
  readonly commands?: readonly Command<any, any>[];
  readonly queries?: readonly Query<any, any>[];
  readonly events?: readonly DomainEvent<any>[];
  readonly subscribers?: readonly Subscriber<any>[];
  readonly jobs?: readonly Job<any>[];
  readonly effects?: readonly Effect<any>[];
}

export interface ModuleSpec extends ModuleMembers {
  /** Also the PostgreSQL schema the module owns. */
  readonly name: string;
  readonly description: string;
  /** A tenant may switch it off. Left out: it is ground the others stand on. */
  readonly switchable?: Switchable;
  /** Roles a new tenant starts with. */
  readonly roles?: readonly RoleSeed[];
  /** Writes the rows without which a new tenant could do nothing, in its language. */
  readonly furnish?: (work: Work, tenant: { readonly locale: string }) => Promise<void>;
  /** What a user or key may do now, null when nothing any more: asked by work that goes on after its request. One module knows. */
  readonly standing?: (work: Work, who: Pick<Actor, 'kind' | 'id'>) => Promise<Actor | null>;
  /** What it is doing in the background that writes rows of these resources, in words, such as an import; null when nothing. */
  readonly underWay?: (work: Work, resources: readonly string[]) => Promise<string | null>;
  /** The definitions a tenant has beyond `registry`; `registry` itself when it has none of its own. See RegistryVariants. */
  readonly tenantDefinitions?: (registry: Registry, work: Work) => Promise<Registry>;
  /** What of its tables does not travel, as it is, when a whole tenant moves; all others do. */
  readonly boxRules?: BoxRules;
  /** Who looks at what the tenant writes, null when nobody has to; found out together with its definitions. One module has it. */
  readonly tenantJudge?: (registry: Registry, work: Work) => Promise<Judge | null>;
  /** Nest controllers for what CRUD and commands cannot say (files, tracking pixels, unsubscribe pages). */
  readonly controllers?: readonly (new (...args: any[]) => object)[];
}
/* eslint-enable @typescript-eslint/no-explicit-any */

/** How a module is switched on and off for a tenant. */
export interface Switchable {
  /** Its name for people. */
  readonly label: string;
  /** Keys of modules and parts without which it does not work. */
  readonly dependsOn?: readonly string[];
  /** Keys it makes use of where they are on, and does without where they are not. */
  readonly optional?: readonly string[];
  readonly parts?: readonly ModulePart[];
  /** Brings it up to date with what has happened while it was off, in the transaction that switches it on. */
  readonly resumed?: (work: Work) => Promise<void>;
}

/** What of a module can be switched off alone. It names members of its module. */
export interface ModulePart extends ModuleMembers {
  /** `leads` of `sales` has the key `sales.leads`. */
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly dependsOn?: readonly string[];
  readonly optional?: readonly string[];
}

export interface RoleSeed {
  readonly key: string;
  readonly name: string;
  readonly permissions: Permissions;
}

/** The manifest of a business module: all there is to it, by name. */
export const defineModule = (spec: ModuleSpec): ModuleSpec => spec;
