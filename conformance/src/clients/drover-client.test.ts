import { randomBytes } from 'node:crypto';
import { customResourceDefinitions, namespaces } from '@drover/api';
import { createClient, httpsTransport, loadKubeconfig } from '@drover/client';
import { type ConformanceTarget, clientConformance, widgetDefinition } from '@drover/client/conformance';
import { systemClock } from '@drover/kit';
import { serveWidgets } from '@drover/testkit';
import { inject, it } from 'vitest';
import { eventually } from '../cluster/eventually.js';

const target = inject('target');

/** The cluster of the kubeconfig, with a namespace and a kind for the time of the suite. */
async function open(file: string): Promise<ConformanceTarget> {
  const transport = httpsTransport(await loadKubeconfig(file));
  const client = createClient(transport, { clock: systemClock });
  const namespace = `drover-conformance-${randomBytes(4).toString('hex')}`;
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  // A definition is established somewhat before it is served.
  const refusal = await eventually(
    () =>
      serveWidgets(client, namespace).then(
        () => undefined,
        (error: unknown) => error,
      ),
    (error) => error === undefined,
  );
  if (refusal !== undefined) throw refusal;
  return {
    client,
    namespace,
    async [Symbol.asyncDispose]() {
      await client.delete(namespaces, { name: namespace });
      await client.delete(customResourceDefinitions, { name: widgetDefinition.metadata.name as string });
      await transport[Symbol.asyncDispose]();
    },
  };
}

if (target === undefined) it.skip(`our own client behaves as a Kubernetes API (needs ${inject('missing')})`);
else clientConformance('our own client', () => open(target.kubeconfig));
