export default {
  rootDir: '.',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  // Node itself loads the tests, see docs/adr/0031-tests-are-loaded-by-node.md.
  testEnvironment: '<rootDir>/test/setup/native-environment.ts',
  testRunner: '<rootDir>/test/setup/native-runner.ts',
  transform: {},
  testRegex: '\\.test\\.ts$',
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/arch/violations/'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.kontor'],
  extensionsToTreatAsEsm: ['.ts'],
  globalSetup: '<rootDir>/test/setup/global-setup.ts',
  globalTeardown: '<rootDir>/test/setup/global-teardown.ts',
  testTimeout: 300_000,
  // One of them waits for PostgreSQL while the other computes; the default on two cores is one.
  maxWorkers: 2,
  reporters: ['default', '<rootDir>/test/setup/totals-reporter.ts'],
};
