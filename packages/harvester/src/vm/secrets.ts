import { type ObjectMeta, type Secret, type Stored, secrets } from '@drover/api';
import type { Client } from '@drover/client';
import { createIfAbsent, getIfPresent } from '@drover/controller';

/** Copies a Secret within its namespace under another name, unless there is one. @returns whether there is one to copy. */
export async function copySecret(
  client: Client,
  namespace: string,
  { from, to }: { readonly from: string; readonly to: string },
  metadata: Pick<ObjectMeta, 'ownerReferences'> = {},
): Promise<boolean> {
  const original: Stored<Secret> | undefined = await getIfPresent(client, secrets, { namespace, name: from });
  if (original === undefined) return false;
  const { labels } = original.metadata;
  await createIfAbsent(client, secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...metadata, name: to, namespace, ...(labels === undefined ? {} : { labels }) },
    ...(original.type === undefined ? {} : { type: original.type }),
    ...(original.data === undefined ? {} : { data: original.data }),
  });
  return true;
}
