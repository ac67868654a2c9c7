import js from '@eslint/js';
import ts from 'typescript-eslint';

/** Rules are errors or off; a warning is a rule nobody decided on. */
const SIZE = {
  'max-lines': ['error', { max: 300 }],
  'max-lines-per-function': ['error', { max: 60, skipComments: true, skipBlankLines: true }],
  complexity: ['error', 10],
  'max-depth': ['error', 3],
  'max-params': ['error', 4],
};

const ENVIRONMENT = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'Settings are read once, in src/app/config.ts: take what you need from Config.',
};
const DEFAULT_EXPORT = {
  selector: 'ExportDefaultDeclaration',
  message: 'A default export has as many names as it has importers: export it by its name.',
};
const CLOCK = {
  selector:
    "CallExpression[callee.object.name='Date'][callee.property.name='now'], NewExpression[callee.name='Date'][arguments.length=0], CallExpression[callee.object.name='Math'][callee.property.name='random']",
  message: 'A domain rule takes the time, and chance, as arguments.',
};

export default ts.config(
  {
    ignores: [
      'dist/',
      'coverage/',
      '.kontor/',
      'node_modules/',
      'openapi/',
      'test/arch/violations/',
      'bench/contenders/',
      '**/*.cjs',
      '**/*.js',
      '**/*.d.ts',
    ],
  },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      ...SIZE,
      'no-restricted-syntax': ['error', ENVIRONMENT, DEFAULT_EXPORT],
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // Numbers in messages are plain; what must not be printed is objects.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // `{}` is where a generic starts that adds nothing.
      '@typescript-eslint/no-empty-object-type': ['error', { allowObjectTypes: 'always' }],
      // Nest modules are classes without members.
      '@typescript-eslint/no-extraneous-class': 'off',
      // `{ get: () => void read() }` and friends say what they mean.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Functions of an interface may promise although one implementation needs not wait.
      '@typescript-eslint/require-await': 'off',
      // A generic that is used once still names what the caller gets.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Data from outside is not what its type says; a check that looks needless is the check.
      '@typescript-eslint/no-unnecessary-condition': 'off',
    },
  },
  { files: ['src/app/config.ts'], rules: { 'no-restricted-syntax': ['error', DEFAULT_EXPORT] } },
  {
    files: ['src/modules/*/domain/**/*.ts', 'src/kernel/pure/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ENVIRONMENT, DEFAULT_EXPORT, CLOCK] },
  },
  { files: ['src/cli/**/*.ts', 'src/main*.ts', 'src/app/stop-signals.ts', 'bench/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    // Tests speak to the outside as it is: a describe block is as long as its stories, and a reply is any JSON.
    files: ['**/*.test.ts', 'test/**/*.ts', 'src/kernel/testing/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      'no-restricted-syntax': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      // It never comes back from the types of graphql-js.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
