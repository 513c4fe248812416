import {
  hasReason,
  type PersistentVolumeClaim,
  type Stored,
  storageClasses,
  type VirtualMachineImage,
  virtualMachineImages,
} from '@drover/api';
import type { Client, Informer } from '@drover/client';
import {
  type Controller,
  createController,
  createIfAbsent,
  done,
  events,
  type Result,
  removeFinalizer,
  updateWithRetry,
  watches,
} from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import type { Recorder } from '../event/recorder.js';
import {
  hasFailed,
  isGivenUp,
  isImported,
  RETRY_DELAY_MS,
  setFailed,
  setImageConditions,
  setImporting,
} from './conditions.js';
import type { ImageFiles } from './files.js';
import { imageStorageClass, imageStorageClassName } from './storage-class.js';
import type { Transfers } from './transfers.js';

/** Keeps an image's object until its file is gone. */
export const IMAGE_FINALIZER = 'wrangler.cattle.io/vm-image-controller';

/** What the image controller needs. */
export interface ImageControllerOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly recorder: Recorder;
  readonly images: Informer<VirtualMachineImage>;
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly files: ImageFiles;
  readonly transfers: Transfers;
}

/**
 * Makes the file of every image exist.
 *
 *   image                              | what happens
 *   -----------------------------------|------------------------------------------------------------
 *   new                                | finalizer, storage class `lh-UID`, Initialized
 *   source download, no bytes          | download; Imported is Unknown, then True or False
 *   download failed                    | again after 10 s, until it failed `spec.retry` times more
 *   given up, URL changed              | counted anew, downloaded
 *   source upload, no bytes            | waits for the upload request
 *   source volume, no bytes            | copied from a snapshot of the volume
 *   file lost                          | BackingImageMissing
 *   deleted                            | transfer ended, class and file removed once no volume lies on it
 */
export function imageController(options: ImageControllerOptions): Controller {
  const { clock, random, log, images, claims, transfers } = options;
  return createController({
    name: 'image',
    // Read anew: a view that is a moment old does not know yet that a download has just ended, and would begin another.
    reconcile: async (ref) =>
      reconcileImage(await options.client.get(virtualMachineImages, ref).catch(ifGone), options),
    sources: [
      watches(images),
      watches(claims, {
        when: ({ type }) => type === 'deleted',
        map: ({ spec }) =>
          images
            .list()
            .flatMap(({ metadata }) =>
              imageStorageClassName(metadata.uid) === spec?.storageClassName
                ? [{ namespace: metadata.namespace, name: metadata.name }]
                : [],
            ),
      }),
      events((enqueue) =>
        transfers.onEnd(() => {
          for (const { metadata } of images.list()) enqueue({ namespace: metadata.namespace, name: metadata.name });
        }),
      ),
    ],
    concurrency: 4,
    clock,
    random,
    log,
  });
}

async function reconcileImage(
  image: Stored<VirtualMachineImage> | undefined,
  options: ImageControllerOptions,
): Promise<Result> {
  if (image === undefined) return done;
  if (image.metadata.deletionTimestamp !== undefined) return remove(image, options);
  if (!(await isPrepared(image, options))) return done;
  const { transfers, clock, files } = options;
  const { uid } = image.metadata;
  if (transfers.isRunning(uid)) {
    if (image.spec.sourceType === 'download' && transfers.urlOf(uid) !== image.spec.url) await transfers.stop(uid);
    return done;
  }
  if (isImported(image)) {
    await noteMissing(image, (await files.find(uid)) === undefined, options);
    return done;
  }
  if (image.spec.sourceType === 'upload') return resumeUpload(image, options);
  if (image.spec.sourceType === 'export-from-volume') {
    // A volume that could not be copied is not tried again by itself: its image is made anew.
    if (!hasFailed(image) && !transfers.isFull) transfers.export(image);
    return done;
  }
  const changed =
    image.status?.appliedUrl !== undefined && image.status.appliedUrl !== new URL(image.spec.url ?? '').href;
  if (changed && (image.status?.failed ?? 0) > 0) {
    await write(image, options, (object) => {
      const { lastFailedTime: _, appliedUrl: __, ...status } = object.status ?? {};
      object.status = { ...status, failed: 0 };
      setImporting(object, clock.now());
    });
    return done;
  }
  if (isGivenUp(image)) return done;
  const wait = Date.parse(image.status?.lastFailedTime ?? '') + RETRY_DELAY_MS - clock.now();
  if (hasFailed(image) && wait > 0) return { againMs: wait };
  if (!transfers.isFull) transfers.download(image);
  return done;
}

/** Finalizer, class and first conditions; `false` when something was written, which brings the image back here. */
async function isPrepared(image: Stored<VirtualMachineImage>, options: ImageControllerOptions): Promise<boolean> {
  const name = imageStorageClassName(image.metadata.uid);
  if (image.status?.storageClassName === name && image.metadata.finalizers?.includes(IMAGE_FINALIZER) === true)
    return true;
  await createIfAbsent(options.client, storageClasses, imageStorageClass(image));
  await write(image, options, (object) => {
    object.metadata.finalizers = [...new Set([...(object.metadata.finalizers ?? []), IMAGE_FINALIZER])];
    object.status = { failed: 0, progress: 0, ...object.status, storageClassName: name };
    setImageConditions(object, [{ type: 'Initialized', status: 'True', reason: 'Initialized' }], options.clock.now());
    setImporting(object, options.clock.now());
  });
  return false;
}

/** An upload that was cut off by our own end cannot go on: its sender is gone. */
async function resumeUpload(image: Stored<VirtualMachineImage>, options: ImageControllerOptions): Promise<Result> {
  if (hasFailed(image) || (image.status?.progress ?? 0) === 0) return done;
  await options.files.discard(image.metadata.uid);
  await write(image, options, (object) =>
    setFailed(object, 'UploadFailed', 'the upload was interrupted; upload the file again', options.clock.now()),
  );
  return done;
}

async function noteMissing(
  image: Stored<VirtualMachineImage>,
  missing: boolean,
  options: ImageControllerOptions,
): Promise<void> {
  const told =
    image.status?.conditions?.some(({ type, status }) => type === 'BackingImageMissing' && status === 'True') === true;
  if (missing === told) return;
  await write(image, options, (object) =>
    setImageConditions(
      object,
      [
        missing
          ? {
              type: 'BackingImageMissing',
              status: 'True',
              reason: 'FileMissing',
              message: "the image's file is gone from this host",
            }
          : { type: 'BackingImageMissing', status: 'False' },
      ],
      options.clock.now(),
    ),
  );
}

async function remove(image: Stored<VirtualMachineImage>, options: ImageControllerOptions): Promise<Result> {
  const { client, transfers, files, claims, recorder } = options;
  const { uid, namespace, name } = image.metadata;
  if (image.metadata.finalizers?.includes(IMAGE_FINALIZER) !== true) return done;
  await transfers.stop(uid);
  const users = claims.list().filter(({ spec }) => spec?.storageClassName === imageStorageClassName(uid));
  if (users.length > 0) {
    const names = users.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).join(', ');
    recorder.warning(image, 'ImageInUse', `the file stays until these volumes are gone: ${names}`);
    return done;
  }
  await client.delete(storageClasses, { name: imageStorageClassName(uid) }).catch(ifGone);
  await files.remove(uid);
  await removeFinalizer(client, virtualMachineImages, { namespace, name }, IMAGE_FINALIZER);
  return done;
}

async function write(
  image: Stored<VirtualMachineImage>,
  { client }: ImageControllerOptions,
  change: (object: VirtualMachineImage) => void,
): Promise<void> {
  const { namespace, name, uid } = image.metadata;
  await updateWithRetry(client, virtualMachineImages, { namespace, name }, (object) => {
    if (object.metadata.uid !== uid) return undefined;
    const changed = structuredClone(object);
    change(changed);
    return changed;
  });
}

function ifGone(error: unknown): undefined {
  if (!hasReason(error, 'NotFound')) throw error;
  return undefined;
}
