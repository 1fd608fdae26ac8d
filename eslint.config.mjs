import tseslint from 'typescript-eslint';
import { readPackages } from './scripts/structure/manifests.mjs';

/** Packages whose code runs in browsers and workers too. */
const platformNeutral = readPackages()
  .filter(({ runtime }) => runtime === 'any')
  .map(({ folder }) => `packages/${folder}/src/**/*.ts`);

/** The files of these that their manifests name, since they are for Node. */
const forNode = readPackages().flatMap(({ folder, node }) =>
  node.map((place) => `packages/${folder}/${place}`),
);

export default tseslint.config(
  {
    ignores: [
      '**/dist/',
      '**/node_modules/',
      'docs/',
      'coverage/',
      '**/bin/',
      '**/.cache/',
      '.site/',
      'scripts/release/consumer/jest/', // it is compiled where jest is installed
      'bench/peers/', // its types come with its own installation
    ],
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.checks.json', './examples/stripe-app/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      'no-console': 'error',
      '@typescript-eslint/promise-function-async': 'off', // a cache hit returns the promise unchanged
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/prefer-promise-reject-errors': 'off', // an abort's reason may be anything
      '@typescript-eslint/only-throw-error': 'off', // same reason
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': 'off', // callers in plain JavaScript pass values that the types forbid
      '@typescript-eslint/require-await': 'off', // async turns a thrown error into a rejection
      '@typescript-eslint/unbound-method': 'off', // wrap() binds; tests wrap classes with private state
      '@typescript-eslint/no-unsafe-enum-assignment': 'off', // there are no enums, and it is the slowest rule
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      '@typescript-eslint/no-misused-spread': 'off', // the fields of an error, the code points of a string
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }], // Nest modules
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    files: platformNeutral,
    ignores: ['**/*.test.ts', '**/*.test-d.ts', '**/*.test-support.ts', ...forNode],
    rules: {
      'no-restricted-globals': ['error', 'process', 'Buffer', 'global', 'setImmediate', 'require'],
      'no-restricted-imports': ['error', { patterns: ['node:*'] }],
    },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    ignores: ['**/*.test.ts', 'packages/conformance/**', 'packages/stripe-emulator/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "ExpressionStatement > CallExpression[callee.name='checkOptions']",
          message: 'Use the result: it has the own options only, also where Object.prototype was polluted.',
        },
      ],
    },
  },
  {
    files: ['**/*.test.ts', '**/*.test-d.ts', 'packages/*/test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off', // Nest's options are classes
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-base-to-string': 'off', // tests print secrets
      '@typescript-eslint/restrict-template-expressions': 'off',
      '@typescript-eslint/restrict-plus-operands': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
    },
  },
  {
    files: [
      'examples/**/*.ts',
      'bench/**/*.ts',
      '**/chaos.test.ts',
      '**/interleavings.test.ts',
      'scripts/**/*.ts',
      '**/cli.ts',
      '**/expect-no-leak-during.test.ts',
      '**/broken-providers.test.ts',
    ],
    rules: { 'no-console': 'off' },
  },
);
