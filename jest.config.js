import { readFileSync } from 'node:fs';

const swc = JSON.parse(readFileSync(new URL('./.swcrc', import.meta.url), 'utf8'));
delete swc.$schema;
delete swc.exclude; // .swcrc keeps tests out of dist; here they are what we came for

export default {
  rootDir: '.',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testEnvironment: 'node',
  testRegex: '\\.test\\.ts$',
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/arch/violations/'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.kontor'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    // Its ES modules import JSON without saying so, which Jest reports once a test file.
    '^libphonenumber-js/max$': '<rootDir>/node_modules/libphonenumber-js/max/index.cjs',
    '^#(kernel|api|app|modules)/(.*)\\.js$': '<rootDir>/src/$1/$2',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: { '^.+\\.ts$': ['@swc/jest', { ...swc, swcrc: false }] },
  globalSetup: '<rootDir>/test/setup/global-setup.ts',
  globalTeardown: '<rootDir>/test/setup/global-teardown.ts',
  testTimeout: 300_000,
  // One of them waits for PostgreSQL while the other computes; the default on two cores is one.
  maxWorkers: 2,
  reporters: ['default', '<rootDir>/test/setup/totals-reporter.ts'],
};
