import { type Change, type Entry, toRevision } from '@drover/store';
import type { Served } from '../catalog/definition.js';
import type { Written } from './core.js';

/** Stored entries as the version of a request has them: the same ones, unless the kind is converted outside this process. */
export async function allShown({ version }: Served, entries: readonly Entry[]): Promise<readonly Entry[]> {
  return version.converter === undefined ? entries : version.converter.shown(entries);
}

/** One stored entry as the version of a request has it. */
export async function shown(served: Served, entry: Entry): Promise<Entry> {
  const [found = entry] = await allShown(served, [entry]);
  return found;
}

/** Changes with their entries as the version of a request has them. */
export async function changesShown(served: Served, changes: readonly Change[]): Promise<readonly Change[]> {
  const entries = changes.flatMap((change) => [
    ...(change.type === 'put' ? [change.entry] : []),
    ...(change.previous === undefined ? [] : [change.previous]),
  ]);
  const converted = (await allShown(served, entries)).values();
  const next = (entry: Entry): Entry => converted.next().value ?? entry;
  return changes.map((change): Change => {
    if (change.type === 'delete') return { ...change, previous: next(change.previous) };
    const entry = next(change.entry);
    return { ...change, entry, previous: change.previous && next(change.previous) };
  });
}

/** What a write left, as the version of the request has it. */
export async function writtenShown({ version }: Served, written: Written): Promise<Written> {
  if (version.converter === undefined) return written;
  const revision = toRevision(written.revision ?? 0);
  const [entry] = await version.converter.shown([{ key: '', value: written.value, revision, created: revision }]);
  return { ...written, value: entry?.value ?? written.value };
}
