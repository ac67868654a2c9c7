/** The process itself instead of a copy of it. What a test file changes in it is put back when the file has run. */
// Jest asks for a default export here.
export default class NativeEnvironment {
  readonly global = globalThis;
  readonly fakeTimers = null;
  readonly fakeTimersModern = null;
  /** There are no mocks; Jest still wants to undo them after each file. */
  readonly moduleMocker = { restoreAllMocks: () => undefined };
  private readonly before = { console: globalThis.console, exit: process.exit.bind(process), env: { ...process.env } };

  getVmContext(): null {
    return null;
  }

  async setup(): Promise<void> {}

  async teardown(): Promise<void> {
    const { console, exit, env } = this.before;
    globalThis.console = console;
    process.exit = exit;
    for (const name of Object.keys(process.env)) if (!(name in env)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, env);
  }
}
