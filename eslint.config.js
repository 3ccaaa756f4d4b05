import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import rxjs from 'eslint-plugin-rxjs-x';
import { configs as typescript } from 'typescript-eslint';

export default defineConfig(
  // The benchmark is a package of its own, with peers that are not installed here.
  { ignores: ['dist', 'api', 'docs', 'coverage', 'bench'] },
  {
    // A rule that is wrong for a file is switched off here, with the reason.
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' },
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [typescript.strictTypeChecked, rxjs.configs.strict],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => destination.complete()` reads well; that nothing is returned is plain.
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // Where text is taken apart here, code points are meant.
      '@typescript-eslint/no-misused-spread': [
        'error',
        { allow: [{ from: 'lib', name: 'string' }] },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      // After a look at the length, `items[i]!` says more than a branch that no test can reach.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // A type that is spelled out needs no knowledge of defaults.
      '@typescript-eslint/no-unnecessary-type-arguments': 'off',
      // A callback that re-enters changes a field that TypeScript believes to have narrowed.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // A foreign value becomes a key or a part of one: it only has to be the same each time.
      '@typescript-eslint/no-base-to-string': 'off',
      // Types are structural: data of the same shape will do.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      'no-restricted-globals': ['error', 'event', 'name', 'status'],
      // An operator forwards whatever its source failed with, which is of type unknown.
      'rxjs-x/throw-error': ['error', { allowThrowingAny: false, allowThrowingUnknown: true }],
      '@typescript-eslint/only-throw-error': [
        'error',
        { allowThrowingAny: false, allowThrowingUnknown: true },
      ],
      '@typescript-eslint/prefer-promise-reject-errors': [
        'error',
        { allowThrowingAny: false, allowThrowingUnknown: true },
      ],
    },
  },
  {
    files: ['src/**'],
    rules: {
      'no-console': 'error',
      // Inside a hand-written operator this is how the next attempt starts.
      'rxjs-x/no-nested-subscribe': 'off',
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ObjectExpression > Property[kind=/^[gs]et$/]',
          message:
            'Use a class: for each literal with a getter V8 makes a hidden class, which in old memory keeps all that the getter knows until a full garbage collection.',
        },
      ],
    },
  },
  {
    // Theirs are made once for each instance, not for each call.
    files: ['src/policy/limit-rate.ts', 'src/testing/simulator/simulator.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    // A default that any policy fits, until the handler is known; and a limit for several types.
    files: ['src/handler.ts', 'test/handler.test-d.ts'],
    rules: { '@typescript-eslint/no-explicit-any': 'off' },
  },
  {
    // The one class that extends RxJS's Subscriber, whose constructor is marked internal in 7.
    files: ['src/internal/operate.ts'],
    rules: { '@typescript-eslint/no-deprecated': 'off' },
  },
  {
    // Operators with a state of their own extend that class.
    files: ['src/**'],
    rules: { 'rxjs-x/no-subclass': 'off' },
  },
  {
    // It watches what RxJS's own TestScheduler does inside, and passes its subjects on.
    files: ['src/testing/marble-scheduler.ts'],
    rules: { '@typescript-eslint/no-deprecated': 'off', 'rxjs-x/no-exposed-subjects': 'off' },
  },
  {
    // What it subscribes to on the side is a timer, which can't fail.
    files: ['src/policy/retry-backoff.ts'],
    rules: { 'rxjs-x/no-ignored-error': 'off' },
  },
  {
    files: ['examples/**'],
    rules: {
      // What is subscribed to without a handler is a state or a signal, which can't fail.
      'rxjs-x/no-ignored-error': 'off',
      'rxjs-x/no-ignored-default-value': 'off',
      'rxjs-x/throw-error': 'off',
    },
  },
  {
    files: ['test/**', 'marbles/**'],
    rules: {
      // An unexpected error, or the lack of a value, has nowhere better to go than to fail the test.
      'rxjs-x/no-ignored-error': 'off',
      'rxjs-x/no-ignored-default-value': 'off',
      'rxjs-x/no-implicit-any-catch': 'off',
      // What may fail with anything is tested with anything.
      'rxjs-x/throw-error': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-deprecated': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'rxjs-x/no-nested-subscribe': 'off',
      'rxjs-x/no-redundant-notify': 'off',
      'rxjs-x/no-subscribe-in-pipe': 'off',
      // Parsed JSON is compared as a whole; what it is not fails there.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    // Only its types are looked at: nothing in it runs.
    files: ['test/**/*.test-d.ts'],
    rules: { 'rxjs-x/no-floating-observables': 'off' },
  },
  {
    // It uses the kit in all the wrong ways, to see them refused.
    files: ['test/testing/marbles.test.ts'],
    rules: {
      '@typescript-eslint/no-misused-promises': 'off',
      'rxjs-x/no-floating-observables': 'off',
    },
  },
);
