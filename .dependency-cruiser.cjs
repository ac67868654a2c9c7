/** Who may call whom. Anything else is an event, or a decision for docs/adr. */
const MAY_CALL = {
  identity: [],
  customization: ['identity'],
  customers: ['identity'],
  catalog: ['identity'],
  sales: ['identity', 'customers', 'catalog'],
  marketing: ['identity', 'customers'],
  service: ['identity', 'customers'],
  analytics: ['identity'],
  imports: ['identity', 'customers', 'catalog', 'sales'],
  exports: [],
  files: ['identity'],
  quality: ['customization'],
  relations: ['customization', 'customers'],
  timeline: ['customization'],
  collaboration: ['identity', 'customers', 'catalog', 'sales', 'service'],
};

const TEST = '(\\.test\\.ts$|^test/|/testing/)';
const npm = (...names) => `(^|/)node_modules/(@types/)?(${names.join('|')})(/|$)`;

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const moduleEdges = Object.entries(MAY_CALL).map(([module, others]) =>
  rule(
    `${module}-depends-on`,
    `${module} may call: ${others.join(', ') || 'nobody'}. Anything else is an event, or a decision for docs/adr.`,
    { path: `^src/modules/${module}/`, pathNot: TEST },
    { path: '^src/modules/', pathNot: `^src/modules/(${[module, ...others].join('|')})/` },
  ),
);

module.exports = {
  forbidden: [
    rule(
      'front-door-only',
      'Another module is reached through its api.ts or events.ts, never its tables or internals.',
      { path: '^src/modules/([^/]+)/', pathNot: TEST },
      { path: '^src/modules/[^/]+/', pathNot: ['^src/modules/$1/', '^src/modules/[^/]+/(api|events)\\.ts$'] },
    ),
    ...moduleEdges,
    rule(
      'domain-is-pure',
      'Domain functions take values and return values. No framework, no database, no clock, no other layer.',
      { path: '^src/modules/([^/]+)/domain/', pathNot: TEST },
      { pathNot: ['^src/modules/$1/domain/', '^src/kernel/pure/', npm('decimal\\.js', 'temporal-polyfill', 'libphonenumber-js')] },
    ),
    rule(
      'pure-is-pure',
      'What domain code may import is as pure as domain code.',
      { path: '^src/kernel/pure/', pathNot: TEST },
      { pathNot: ['^src/kernel/pure/', npm('decimal\\.js', 'temporal-polyfill')] },
    ),
    rule(
      'kernel-knows-no-crm',
      'The kernel is the machine; it never names a lead or a case.',
      { path: '^src/kernel/' },
      { path: '^src/(api|app|modules|cli)/' },
    ),
    rule(
      'api-knows-no-module',
      'Transport knows HTTP and GraphQL; what it serves comes from the registry.',
      { path: '^src/api/', pathNot: TEST },
      { path: '^src/(modules|app|cli)/' },
    ),
    rule(
      'modules-know-no-process',
      'A module is told what it needs; what a process is made of is not its business.',
      { path: '^src/modules/', pathNot: TEST },
      { path: '^src/(app|cli)/' },
    ),
    rule(
      'orm-in-one-place',
      'Use work.repo(Resource). TypeORM and pg live where the kernel meets the database.',
      {
        path: '^src/',
        pathNot: [
          '^src/kernel/db/',
          '^src/kernel/jobs/(queue-backend|migrate-queue)\\.ts$',
          '^src/kernel/outbox/listen\\.ts$',
          '^src/app/postgres/prepare-database\\.ts$',
          '^src/cli/(doctor-database|schema-diff)\\.ts$',
          TEST,
        ],
      },
      { path: npm('typeorm', 'pg', 'pg-pool', 'pg-cursor', 'pg-copy-streams') },
    ),
    rule(
      'nest-at-the-edge',
      'Nest belongs to transport and to what a process is made of. Use-cases need no injection.',
      {
        path: '^src/',
        pathNot: ['^src/(api|app)/', '^src/main[^/]*\\.ts$', '^src/modules/[^/]+/(http/|[^/]+\\.module\\.ts$)', '^src/cli/', TEST],
      },
      { path: npm('@nestjs') },
    ),
    rule(
      'queues-in-one-place',
      'BullMQ lives in kernel/jobs; the job board in src/app/ops shows what it is handed and does not import it. Redis also counts requests.',
      { path: '^src/', pathNot: ['^src/kernel/jobs/(queue-backend|migrate-queue)\\.ts$', '^src/app/rate-limiting\\.ts$', TEST] },
      { path: npm('bullmq', 'ioredis') },
    ),
    rule(
      'no-cycles',
      'A cycle means two things are one thing, or an event is missing.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    rule('tests-are-leaves', 'Nothing imports a test.', {}, { path: '(\\.test\\.ts$)' }),
    rule(
      'no-test-code-in-the-product',
      'What tests use stays with the tests.',
      { path: '^src/', pathNot: TEST },
      { path: '^(test/|src/(kernel/testing|modules/[^/]+/testing)/)' },
    ),
    rule(
      'no-tools-in-the-product',
      'The product runs without devDependencies.',
      { path: '^src/', pathNot: [TEST, '^src/cli/(build|check|dev)\\.ts$'] },
      {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
        pathNot: '(^|/)node_modules/@types/',
      },
    ),
    rule('everything-resolves', 'An import nobody can follow is a law nobody can check.', {}, { couldNotResolve: true }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(test/arch/violations|dist)/' },
    tsPreCompilationDeps: true,

    enhancedResolveOptions: {
      conditionNames: ['types', 'import', 'node', 'default'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.js', '.d.ts', '.json'],
    },
  },
};
