import { hasReason, type Kind, type KubeObject, type ObjectRef, type Stored } from '@drover/api';
import type { Client } from '@drover/client';

/** Writers of one object that are all ours: five in a row can lose to each other, not more (client-go retry.DefaultRetry). */
const ATTEMPTS = 5;

/**
 * Reads the object, lets `change` make its new form from a private copy, and writes it; all over again when somebody else was
 * faster. `change` answering `undefined` means that it is right already. Resolves with the newest form.
 *
 * @throws ApiError for any refusal but Conflict, and for the fifth Conflict in a row.
 */
export async function updateWithRetry<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  ref: ObjectRef,
  change: (object: Stored<T>) => T | undefined,
  options: { readonly subresource?: string; readonly signal?: AbortSignal } = {},
): Promise<Stored<T>> {
  const { signal, subresource } = options;
  for (let attempt = 1; ; attempt += 1) {
    const live = await client.get(kind, ref, signal === undefined ? {} : { signal });
    const wanted = change(structuredClone(live));
    if (wanted === undefined) return live;
    try {
      return await client.update(kind, wanted, {
        ...(subresource === undefined ? {} : { subresource }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      if (!hasReason(error, 'Conflict') || attempt >= ATTEMPTS) throw error;
    }
  }
}
