import type { VirtualMachineImage } from '@drover/api';
import { condition } from '../api/condition.js';
import type { State } from '../components/state.js';
import { type MessageKey, message } from '../i18n/message.js';

/** The states of an image. */
export type ImageStateId =
  | 'active'
  | 'downloading'
  | 'uploading'
  | 'exporting'
  | 'initializing'
  | 'failed'
  | 'removing';

const ARRIVING = {
  download: ['downloading', 'image.state.downloading'],
  upload: ['uploading', 'image.state.uploading'],
  'export-from-volume': ['exporting', 'image.state.exporting'],
  restore: ['initializing', 'image.state.initializing'],
  clone: ['initializing', 'image.state.initializing'],
} as const satisfies Record<string, readonly [ImageStateId, MessageKey]>;

/** The state of an image, as the Harvester UI derives it from conditions and progress. */
export function imageState(image: VirtualMachineImage): State<ImageStateId> {
  if (image.metadata.deletionTimestamp !== undefined)
    return { id: 'removing', title: message('image.state.removing'), tone: 'warning', transitioning: true };
  const failure = failureOf(image);
  if (failure !== undefined)
    return {
      id: 'failed',
      title: message('image.state.failed'),
      tone: 'danger',
      transitioning: false,
      ...(failure === '' ? {} : { reason: failure }),
    };
  if (isImported(image))
    return { id: 'active', title: message('image.state.active'), tone: 'success', transitioning: false };
  const [id, key] = ARRIVING[image.spec.sourceType];
  return { id, title: message(key), tone: 'info', transitioning: true };
}

/** Whether machines can start from it. */
export const isImported = (image: VirtualMachineImage): boolean =>
  image.status?.progress === 100 &&
  condition(image, 'Imported')?.status !== 'False' &&
  condition(image, 'Initialized')?.status !== 'False';

function failureOf(image: VirtualMachineImage): string | undefined {
  for (const type of ['Imported', 'Initialized', 'BackingImageMissing', 'RetryLimitExceeded']) {
    const found = condition(image, type);
    const failed = type === 'Imported' || type === 'Initialized' ? 'False' : 'True';
    if (found?.status === failed && (type !== 'Initialized' || found.message)) return found.message ?? '';
  }
  return undefined;
}
