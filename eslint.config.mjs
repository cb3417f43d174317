import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Which package may import which: the house is built from left to right, and nothing looks back. */
const allowedImports = {
  core: [],
  netem: ['core'],
  pki: [],
  access: ['core', 'core/testing'],
  agent: ['access', 'core', 'core/testing', 'netem'],
  kube: ['core', 'core/testing'],
  client: ['access', 'core', 'core/testing', 'kube', 'kube/client', 'kube/testing'],
  api: ['core', 'kube'],
  injector: ['access', 'core', 'core/testing', 'kube', 'kube/client', 'kube/testing', 'pki'],
  controller: ['access', 'api', 'client', 'core', 'core/testing', 'kube', 'kube/client', 'kube/testing'],
  bench: ['access', 'client', 'core', 'core/testing', 'kube', 'kube/client', 'kube/testing', 'pki'],
  cli: [
    'access',
    'api',
    'bench',
    'client',
    'core',
    'core/testing',
    'injector',
    'kube',
    'kube/client',
    'kube/testing',
  ],
  lab: ['core', 'kube', 'kube/client'],
};

/** What tests of the programs that speak to agents may import besides: agents themselves, with a device in memory. */
const allowedInTests = {
  client: ['agent/testing'],
  controller: ['agent/testing', 'netem'],
  bench: ['agent/testing'],
  cli: ['agent/testing', 'bench/testing'],
};

const boundaryOf = (files, name, allowed) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^@podlag/(?!(${[name, ...allowed].join('|')})$)`,
            message: `packages/${name} may import only: ${allowed.join(', ') || 'nothing of podlag'}; and a package only by its index.`,
          },
        ],
      },
    ],
  },
});

const boundaries = [
  ...Object.entries(allowedImports).map(([name, allowed]) =>
    boundaryOf([`packages/${name}/**/*.ts`], name, allowed),
  ),
  ...Object.entries(allowedInTests).map(([name, more]) =>
    boundaryOf([`packages/${name}/src/**/*.test.ts`, `packages/${name}/{test,bench}/**/*.ts`], name, [
      ...allowedImports[name],
      ...more,
    ]),
  ),
];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/coverage/**'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      complexity: ['error', 10],
      'max-depth': ['error', 3],
      'max-params': ['error', 4],
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      eqeqeq: 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name: a thing has one name everywhere.' },
        {
          selector: 'MemberExpression[object.name="process"][property.name="env"]',
          message: 'Configuration comes in through the loader; only main.ts reads the environment.',
        },
      ],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  ...boundaries,
  {
    // The one file of a program that meets the process: environment, exit codes, signals.
    files: ['packages/*/src/**/main.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['**/*.test.ts', '**/*.kernel.ts', 'packages/*/test/**/*.ts', 'packages/*/bench/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'max-lines': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Jest's matchers are typed any.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
    },
  },
  {
    files: ['scripts/lib/jest-*.cjs'],
    languageOptions: { globals: { jest: 'readonly' } },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
        performance: 'readonly',
        fetch: 'readonly',
      },
    },
  },
);
