/** What `@jest/globals` is to a test that Node itself loads: as much of it as is used. */
export const jest = {
  /** For all tests of the file that says so. */
  setTimeout(milliseconds: number): void {
    Reflect.set(globalThis, Symbol.for('TEST_TIMEOUT_SYMBOL'), milliseconds);
  },
};
