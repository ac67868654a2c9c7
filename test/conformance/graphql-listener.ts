import { createClient, type Client as SocketClient } from 'graphql-ws';
import WebSocket from 'ws';

export interface Told {
  readonly verb: string;
  readonly id: string;
  readonly eventId: string;
  readonly cursor: string;
  readonly version: number | null;
  readonly changedFields: readonly string[];
}

/** Waits for a fact, however slow the machine is; the test's own time limit ends it. */
export async function until(holds: () => unknown): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** One subscription on a connection of its own, as a front end would have it. */
export class Listener {
  readonly told: Record<string, unknown>[] = [];
  readonly errors: { readonly message: string; readonly extensions?: Record<string, unknown> }[] = [];
  readonly closes: { readonly code: number; readonly reason: string }[] = [];
  isComplete = false;
  /** What ended the connection before its time. */
  private failure: unknown = null;
  readonly socket: SocketClient;

  constructor(
    url: string,
    { token, query, variables = {}, retries = 0 }: { token: string; query: string; variables?: Record<string, unknown>; retries?: number },
  ) {
    this.socket = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
      retryAttempts: retries,
      retryWait: () => new Promise((resolve) => setTimeout(resolve, 50)),
    });
    this.socket.on('closed', (event) => this.closes.push(event as { code: number; reason: string }));
    this.socket.subscribe(
      { query, variables },
      {
        next: ({ data, errors }) => {
          if (errors) this.errors.push(...errors);
          if (data) this.told.push(Object.values(data)[0] as Record<string, unknown>);
        },
        error: (error) => {
          if (Array.isArray(error)) this.errors.push(...(error as Listener['errors']));
          else this.failure = error;
        },
        complete: () => {
          this.isComplete = true;
        },
      },
    );
  }

  /** Waits until it has been told so many changes. */
  async hears(count: number): Promise<void> {
    await until(() => this.told.length >= count || this.failure !== null);
    if (this.told.length < count) throw new Error(`The connection ended after ${this.told.length} changes.`, { cause: this.failure });
  }
}
