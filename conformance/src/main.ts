import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';
import { buildClientGo } from './clients/client-go.js';

const USAGE = `usage: npm run conformance [-- [--kubeconfig FILE] [-t PATTERN] [TOPIC…]]

  --kubeconfig FILE  asks the cluster of this kubeconfig's current context, as an administrator of it;
                     by default our own API server, started on a memory store for the time of the run
  -t PATTERN         only tests whose full name matches
  TOPIC              only files whose path contains it: patches, reads/watch
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kubeconfig: { type: 'string' },
    testNamePattern: { type: 'string', short: 't' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) process.stdout.write(USAGE);
else {
  if (values.kubeconfig !== undefined) process.env['DROVER_TEST_KUBECONFIG'] = resolve(values.kubeconfig);
  await buildClientGo();
  const { testNamePattern } = values;
  await startVitest('test', positionals, {
    root: resolve(import.meta.dirname, '../..'),
    project: ['conformance'],
    watch: false,
    reporters: ['verbose'],
    ...(testNamePattern === undefined ? {} : { testNamePattern }),
  });
}
