import { stat } from 'node:fs/promises';
import type { PersistentVolumeClaim } from '@drover/api';
import type { Informer } from '@drover/client';
import type { Volumes } from '../claim/volumes.js';
import { type CopyVolume, TransferFailed } from './transfers.js';

/** Copies the volume that an image names, as it is now, also while a machine writes to it. */
export function volumeCopier(
  claims: Informer<PersistentVolumeClaim>,
  volumes: () => Volumes,
  checksum: (path: string) => Promise<string>,
): CopyVolume {
  return async ({ metadata, spec }, path, options) => {
    const name = `${spec.pvcNamespace}/${spec.pvcName}`;
    const claim = claims.get(spec.pvcNamespace, spec.pvcName ?? '');
    if (claim?.status?.phase !== 'Bound') throw new TransferFailed('ExportFailed', `volume ${name} is not there`);
    try {
      await volumes().copy(claim, metadata.uid, path, options);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new TransferFailed('ExportFailed', message, { cause: error });
    }
    const { size } = await stat(path);
    // Nobody asks for the sum of what was never published.
    return { size, checksum: (spec.checksum ?? '') === '' ? '' : await checksum(path) };
  };
}
