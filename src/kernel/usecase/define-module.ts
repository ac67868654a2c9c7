import type { Resource } from '../resource/define-resource.js';
import type { Actor, Permissions } from '../access/actor.js';
import type { Command, Query } from './define-command.js';
import type { DomainEvent } from './define-event.js';
import type { Job, Effect, Subscriber } from './define-job.js';
import type { Work } from './work.js';

/* The lists hold definitions of every input shape; `run` is contravariant, hence the one `any` of the kernel. */
/* eslint-disable @typescript-eslint/no-explicit-any */
export interface ModuleSpec {
  /** Also the PostgreSQL schema the module owns. */
  readonly name: string;
  readonly description: string;
  readonly resources?: readonly Resource[];
  readonly commands?: readonly Command<any, any>[];
  readonly queries?: readonly Query<any, any>[];
  readonly events?: readonly DomainEvent<any>[];
  readonly subscribers?: readonly Subscriber<any>[];
  readonly jobs?: readonly Job<any>[];
  readonly effects?: readonly Effect<any>[];
  /** Roles a new tenant starts with. */
  readonly roles?: readonly RoleSeed[];
  /** Writes the rows without which a new tenant could do nothing, in its language. */
  readonly furnish?: (work: Work, tenant: { readonly locale: string }) => Promise<void>;
  /** What a user or key may do now, null when nothing any more: asked by work that goes on after its request. One module knows. */
  readonly standing?: (work: Work, who: Pick<Actor, 'kind' | 'id'>) => Promise<Actor | null>;
  /** Nest controllers for what CRUD and commands cannot say (files, tracking pixels, unsubscribe pages). */
  readonly controllers?: readonly (new (...args: any[]) => object)[];
}
/* eslint-enable @typescript-eslint/no-explicit-any */

export interface RoleSeed {
  readonly key: string;
  readonly name: string;
  readonly permissions: Permissions;
}

/** The manifest of a business module: all there is to it, by name. */
export const defineModule = (spec: ModuleSpec): ModuleSpec => spec;
