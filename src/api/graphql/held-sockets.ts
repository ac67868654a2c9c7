import type { DomainError } from '#kernel/errors/domain-error.js';
import { tooMany } from '#kernel/errors/domain-error.js';
import { nothingHeld, type Held, type SocketLeases } from './socket-leases.js';

/** What counts of a connection: whose it is, and what runs over it. */
export interface HeldSocket {
  readonly extra: { readonly person?: string };
  readonly subscriptions: Readonly<Record<string, unknown>>;
}

export interface PersonalLimits {
  readonly connectionsPerUser: number;
  readonly operationsPerConnection: number;
  readonly operationsPerUser: number;
}

/** Operations are told to the other processes in portions of this share of what one person may have, so that most start without asking. */
const portionOf = (operationsPerUser: number) => Math.max(1, Math.floor(operationsPerUser / 30));
/** What was closed is given back together, a moment later. */
const giveBackMs = 500;

/** The connections that are open here, and what one person may have open here and in all other processes together. */
export class HeldSockets<S extends HeldSocket> {
  private readonly open = new Set<S>();
  /** The same by whose they are: one person's are looked at with each of his operations. */
  private readonly byPerson = new Map<string, Set<S>>();
  /** How many operations of a person the others know of. */
  private readonly told = new Map<string, number>();
  private givingBack: NodeJS.Timeout | null = null;

  constructor(
    private readonly limits: PersonalLimits,
    private readonly leases: SocketLeases | null,
  ) {}

  [Symbol.iterator](): Iterator<S> {
    return this.open[Symbol.iterator]();
  }

  /** False: he has too many already. */
  async enter(socket: S, person: string): Promise<boolean> {
    this.open.add(socket);
    const own = this.byPerson.get(person) ?? new Set();
    this.byPerson.set(person, own.add(socket));
    const { connections } = this.heldBy(person);
    const operations = this.told.get(person) ?? 0;
    const elsewhere = connections > this.limits.connectionsPerUser ? null : await this.elsewhere(person, { connections, operations });
    if (elsewhere && connections + elsewhere.connections <= this.limits.connectionsPerUser) return true;
    this.leave(socket);
    return false;
  }

  leave(socket: S): void {
    if (!this.open.delete(socket)) return;
    this.forget(socket);
    if (!this.leases) return;
    this.givingBack ??= setTimeout(() => {
      this.givingBack = null;
      void this.renew();
    }, giveBackMs).unref();
  }

  /** The refusal of the operation that has just begun, if it is one too many. */
  async refuse({ extra: { person = '' }, subscriptions }: S): Promise<DomainError | null> {
    const held = this.heldBy(person);
    const isRoom = Object.keys(subscriptions).length <= this.limits.operationsPerConnection && (await this.isRoom(person, held));
    return isRoom ? null : tooMany('graphql.too_many_subscriptions', 'Too many operations at a time on this connection, or by you.');
  }

  private async isRoom(person: string, { connections, operations }: Held): Promise<boolean> {
    const { operationsPerUser } = this.limits;
    if (operations > operationsPerUser) return false;
    if (!this.leases || operations <= (this.told.get(person) ?? 0)) return true;
    const portion = portionOf(operationsPerUser);
    const wanted = Math.min(operationsPerUser, Math.ceil(operations / portion) * portion);
    const elsewhere = await this.elsewhere(person, { connections, operations: wanted });
    const granted = Math.min(wanted, operationsPerUser - elsewhere.operations);
    if (operations > granted) return false;
    this.told.set(person, granted);
    return true;
  }

  /** Tells what is open, and forgets whom nothing is open of. */
  async renew(): Promise<void> {
    if (!this.leases) return;
    const all = new Map<string, Held>();
    for (const { extra, subscriptions } of this.open) {
      const { connections, operations } = all.get(extra.person ?? '') ?? nothingHeld;
      all.set(extra.person ?? '', { connections: connections + 1, operations: operations + Object.keys(subscriptions).length });
    }
    this.told.clear();
    for (const [person, { operations }] of all) this.told.set(person, operations);
    await this.leases.renew(all);
  }

  private elsewhere(person: string, held: Held): Promise<Held> {
    return this.leases?.hold(person, held) ?? Promise.resolve(nothingHeld);
  }

  private heldBy(person: string): Held {
    const mine = [...(this.byPerson.get(person) ?? [])];
    return { connections: mine.length, operations: mine.reduce((sum, { subscriptions }) => sum + Object.keys(subscriptions).length, 0) };
  }

  private forget(socket: S): void {
    const person = socket.extra.person ?? '';
    const own = this.byPerson.get(person);
    own?.delete(socket);
    if (own?.size === 0) this.byPerson.delete(person);
  }

  /** Nothing is open here any more. */
  async stop(): Promise<void> {
    if (this.givingBack) clearTimeout(this.givingBack);
    this.open.clear();
    this.byPerson.clear();
    await this.leases?.renew(new Map());
  }
}
