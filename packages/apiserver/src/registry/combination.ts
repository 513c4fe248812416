import type { KubeObject, ObjectMeta } from '@drover/api';
import type { WriteContext } from './core.js';

/** What the sender may say, on top of what only the server says. */
export function combine(context: WriteContext, sent: KubeObject, old: KubeObject): KubeObject {
  const { part, served } = context;
  const from = part === 'status' || !served.version.status ? sent : old;
  const { status } = from as KubeObject & { status?: unknown };
  const combined = { ...(part === 'status' ? structuredClone(old) : sent) } as KubeObject & { status?: unknown };
  combined.metadata = combinedMetadata(context, sent, old);
  if (status !== undefined) combined.status = status;
  else if ('status' in combined) delete combined.status;
  return combined;
}

/** Metadata that only the server says: sent values are not looked at. */
const SERVER_SAYS = ['name', 'uid', 'creationTimestamp', 'generation', 'generateName', 'selfLink'] as const;

function combinedMetadata({ part, served }: WriteContext, sent: KubeObject, old: KubeObject): ObjectMeta {
  const { statusLeaves = [] } = served.definition.strategy;
  const { managedFields } = sent.metadata;
  if (part === 'status' && statusLeaves === 'metadata') {
    return managedFields === undefined ? { ...old.metadata } : { ...old.metadata, managedFields };
  }
  const metadata = { ...sent.metadata } as Record<string, unknown>;
  const left = part === 'status' ? [...SERVER_SAYS, ...statusLeaves] : SERVER_SAYS;
  for (const field of left) {
    const value = (old.metadata as Record<string, unknown>)[field];
    if (value !== undefined) metadata[field] = value;
    else if (field in metadata) delete metadata[field];
  }
  return deletionKept(metadata, old.metadata) as ObjectMeta;
}

/** A deletion that was asked for cannot be taken back; one that was not is left to validation. */
function deletionKept(metadata: Record<string, unknown>, old: ObjectMeta): Record<string, unknown> {
  const { deletionTimestamp, deletionGracePeriodSeconds } = old;
  if (deletionTimestamp === undefined) return metadata;
  return {
    ...metadata,
    deletionTimestamp,
    ...(deletionGracePeriodSeconds === undefined ? {} : { deletionGracePeriodSeconds }),
  };
}
