import { defineConfig } from 'vitest/config';

// Tests run as compiled: what is tested is what ships, workers and child processes included.
const compiled = [
  'packages/*/dist/**/*.test.js',
  'packages/console/build/**/*.test.js',
  '{tools,bench}/dist/**/*.test.js',
];
const installations = 'packages/testkit/dist/suites/**/*.test.js';
const kubernetes = 'packages/testkit/dist/kubernetes/**/*.test.js';
const browser = 'packages/testkit/dist/e2e/**/*.test.js';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: compiled,
          exclude: [installations, kubernetes, browser, '**/node_modules/**'],
          pool: 'threads',
          isolate: false,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'installation',
          include: [installations],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: { name: 'kubernetes', include: [kubernetes], pool: 'forks', fileParallelism: false, testTimeout: 60_000 },
      },
      {
        test: {
          name: 'e2e',
          include: [browser],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
