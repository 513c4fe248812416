import { customResourceDefinitions, hasReason } from '@drover/api';
import { type Client, waitFor } from '@drover/client';
import { widgetDefinition, widgets } from '@drover/client/conformance';

/** Makes a server serve the kind of the client's conformance suite; resolves when it does. */
export async function serveWidgets(client: Client, namespace: string): Promise<void> {
  await client.create(customResourceDefinitions, widgetDefinition).catch((error: unknown) => {
    if (!hasReason(error, 'AlreadyExists')) throw error;
  });
  const name = widgetDefinition.metadata.name as string;
  await waitFor(
    client,
    customResourceDefinitions,
    { name },
    ({ status }) =>
      status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') === true,
    AbortSignal.timeout(30_000),
  );
  await client.list(widgets, { namespace });
}
