import type { VirtualMachineImage } from '@drover/api';
import { findCondition, isConditionTrue, type Observation, setRancherCondition } from '@drover/controller';

/** Whether an image's bytes are here and were found good. */
export const isImported = ({ status }: VirtualMachineImage): boolean => isConditionTrue(status?.conditions, 'Imported');

/** Whether an image was given up on until its user changes it. */
export const isGivenUp = ({ status }: VirtualMachineImage): boolean =>
  isConditionTrue(status?.conditions, 'RetryLimitExceeded');

/** Whether the last attempt to bring an image in failed. */
export const hasFailed = ({ status }: VirtualMachineImage): boolean =>
  findCondition(status?.conditions, 'Imported')?.status === 'False';

/** Sets conditions of an image object that is about to be written. */
export function setImageConditions(image: VirtualMachineImage, observed: readonly Observation[], now: number): void {
  let conditions = image.status?.conditions;
  for (const one of observed) conditions = setRancherCondition(conditions, one, now);
  image.status = { ...image.status, ...(conditions === undefined ? {} : { conditions }) };
}

/** Milliseconds to wait before another attempt, as Harvester does. */
export const RETRY_DELAY_MS = 10_000;

/** The image after an attempt that failed: counted, told, and given up on once it failed more often than `spec.retry`. */
export function setFailed(image: VirtualMachineImage, reason: string, message: string, now: number): void {
  const failed = (image.status?.failed ?? 0) + 1;
  const { retry = 3, displayName } = image.spec;
  image.status = { ...image.status, failed, lastFailedTime: new Date(now).toISOString(), progress: 0 };
  setImageConditions(image, [{ type: 'Imported', status: 'False', reason, message }], now);
  if (image.spec.sourceType !== 'download') return;
  const given = failed > retry;
  setImageConditions(
    image,
    [
      given
        ? {
            type: 'RetryLimitExceeded',
            status: 'True',
            reason: 'RetryLimitExceeded',
            message: `image "${displayName}" failed ${failed} times; change its URL to try again. The last reason: ${message}`,
          }
        : { type: 'RetryLimitExceeded', status: 'False' },
    ],
    now,
  );
}

/** The image while bytes are being brought in. */
export function setImporting(image: VirtualMachineImage, now: number): void {
  setImageConditions(
    image,
    [
      { type: 'Imported', status: 'Unknown', reason: 'Importing' },
      { type: 'RetryLimitExceeded', status: 'False' },
    ],
    now,
  );
}

/** The image once its bytes are here. */
export function setImported(image: VirtualMachineImage, size: number, virtualSize: number, now: number): void {
  image.status = { ...image.status, progress: 100, size, virtualSize };
  setImageConditions(
    image,
    [
      { type: 'Imported', status: 'True', reason: 'Imported' },
      { type: 'RetryLimitExceeded', status: 'False' },
      { type: 'BackingImageMissing', status: 'False' },
    ],
    now,
  );
}
