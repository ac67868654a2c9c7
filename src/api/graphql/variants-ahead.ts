import type { Registry } from '#kernel/resource/registry.js';
import type { GraphqlVariants } from './variants.js';

export interface AheadParts {
  readonly variants: GraphqlVariants;
  /** The definitions a tenant has now. */
  readonly find: (tenantId: string) => Promise<Registry>;
  /** Tenants that may have a schema of their own. */
  readonly list: () => Promise<readonly string[]>;
  readonly onDefect: (error: unknown) => void;
}

/**
 * Makes schemas before anybody asks for them, one after the other: those of all tenants that have their own when the process starts, and the
 * next one of a tenant that has changed it, which comes first. What requests wait for comes between any two.
 */
export class VariantsAhead {
  private readonly changed = new Set<string>();
  private readonly cold = new Set<string>();
  private work: Promise<void> | null = null;
  private start: Promise<void> = Promise.resolve();
  private isStopped = false;
  private warmed = false;

  constructor(private readonly parts: AheadParts) {}

  /** Whether all that were there at the start have been made. */
  get isWarm(): boolean {
    return this.warmed;
  }

  /** To be called once. */
  warm(): void {
    this.start = this.warmAll();
  }

  private async warmAll(): Promise<void> {
    try {
      for (const tenantId of await this.parts.list()) this.cold.add(tenantId);
      await this.begin();
    } catch (error) {
      // Then they are made when they are asked for.
      this.parts.onDefect(error);
    } finally {
      this.warmed = true;
    }
  }

  renew(tenantId: string): void {
    if (!this.parts.variants.isHere(tenantId)) return;
    this.changed.add(tenantId);
    void this.begin();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.start;
    await this.work;
  }

  private begin(): Promise<void> {
    this.work ??= this.run().finally(() => {
      this.work = null;
    });
    return this.work;
  }

  private async run(): Promise<void> {
    for (let tenantId = this.next(); tenantId !== undefined; tenantId = this.next()) await this.make(tenantId);
  }

  private next(): string | undefined {
    if (this.isStopped) return undefined;
    for (const waiting of [this.changed, this.cold]) {
      const [first] = waiting;
      if (first !== undefined) {
        waiting.delete(first);
        return first;
      }
    }
    return undefined;
  }

  private async make(tenantId: string): Promise<void> {
    const { variants, find, onDefect } = this.parts;
    try {
      const definitions = await find(tenantId);
      // Nobody who is here goes for somebody who may never come.
      if (!this.isStopped && variants.hasRoom(definitions)) await variants.of(definitions);
    } catch (error) {
      // Whoever asks for it meets it too; the next one is no worse for it.
      if (!this.isStopped) onDefect(error);
    }
  }
}
