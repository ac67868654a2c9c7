export default {
  rootDir: '.',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  // Node itself loads the tests, see docs/adr/0031-tests-are-loaded-by-node.md.
  testEnvironment: '<rootDir>/test/setup/native-environment.ts',
  testRunner: '<rootDir>/test/setup/native-runner.ts',
  testSequencer: '<rootDir>/test/setup/longest-first.ts',
  transform: {},
  testRegex: '\\.test\\.ts$',
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/arch/violations/'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.kontor'],
  extensionsToTreatAsEsm: ['.ts'],
  globalSetup: '<rootDir>/test/setup/global-setup.ts',
  globalTeardown: '<rootDir>/test/setup/global-teardown.ts',
  // A hang has to end; a busy machine may take its time.
  testTimeout: 600_000,
  // Some wait for PostgreSQL, or for processes they killed, while others compute; the default on two cores is one.
  maxWorkers: 3,
  // A worker that holds more than a small machine can give begins anew after the file.
  workerIdleMemoryLimit: '1500MB',
  reporters: ['default', '<rootDir>/test/setup/totals-reporter.ts'],
};
