import { defineConfig } from 'vitest/config';

// Tests run as compiled: what is tested is what ships, workers and child processes included.
const compiled = [
  'packages/*/dist/**/*.test.js',
  'packages/console/build/**/*.test.js',
  '{tools,bench}/dist/**/*.test.js',
];
const installations = 'packages/testkit/dist/suites/**/*.test.js';
const conformance = 'conformance/dist/**/*.test.js';
// These start the program, which is a bundle of what was compiled.
const bundled = 'packages/testkit/dist/bundled-program.js';
const browser = 'packages/testkit/dist/e2e/**/*.test.js';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: compiled,
          exclude: [installations, browser, '**/node_modules/**'],
          pool: 'threads',
          isolate: false,
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'installation',
          include: [installations],
          globalSetup: [bundled],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'conformance',
          include: [conformance],
          globalSetup: ['conformance/dist/target/embedded.js'],
          server: { deps: { external: [/\/dist\//] } },
          pool: 'threads',
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'kubernetes',
          include: [conformance],
          globalSetup: ['conformance/dist/target/kubernetes.js'],
          server: { deps: { external: [/\/dist\//] } },
          pool: 'threads',
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: [browser],
          globalSetup: [bundled],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
