import type { VirtualMachineImage } from '@drover/api';
import { type Message, message } from '../i18n/message.js';

/** What the image form asks for. */
export interface ImageForm {
  readonly name: string;
  readonly namespace: string;
  readonly description: string;
  readonly source: 'download' | 'upload';
  readonly url: string;
  readonly checksum: string;
  readonly os: string;
}

/** The image types that a name's suffix tells, as the Harvester UI labels them. */
const SUFFIXES = ['iso', 'qcow2', 'img', 'raw'] as const;

/** The object that the form asks for; `fileName` is the chosen file's of an upload. */
export function imageObject(form: ImageForm, fileName: string): VirtualMachineImage {
  const from = form.source === 'download' ? form.url : fileName;
  const suffix = SUFFIXES.find((each) => from.toLowerCase().endsWith(`.${each}`));
  const labels = {
    ...(form.os === '' ? {} : { 'harvesterhci.io/os-type': form.os }),
    ...(suffix === undefined ? {} : { 'harvesterhci.io/image-type': suffix }),
  };
  return {
    apiVersion: 'harvesterhci.io/v1beta1',
    kind: 'VirtualMachineImage',
    metadata: {
      generateName: 'image-',
      namespace: form.namespace,
      labels,
      annotations: {},
    },
    spec: {
      displayName: form.name,
      sourceType: form.source,
      retry: 3,
      pvcName: '',
      pvcNamespace: '',
      ...(form.description === '' ? {} : { description: form.description }),
      ...(form.source === 'download' ? { url: form.url } : { url: '' }),
      ...(form.checksum === '' ? {} : { checksum: form.checksum }),
    },
  };
}

/** What is wrong with the form, by field. The display name becomes a label value, and follows its rules. */
export function imageFaults(
  form: ImageForm,
  file: { size: number } | undefined,
): Partial<Record<'name' | 'url' | 'checksum' | 'file', Message>> {
  return {
    ...(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(form.name) ? {} : { name: message('image.fault.name') }),
    ...(form.source === 'download' && !isHttpUrl(form.url) ? { url: message('image.fault.url') } : {}),
    ...(form.checksum === '' || /^[0-9a-f]{128}$/i.test(form.checksum)
      ? {}
      : { checksum: message('image.fault.checksum') }),
    ...(form.source === 'upload' && (file === undefined || file.size === 0)
      ? { file: message('image.fault.file') }
      : {}),
  };
}

function isHttpUrl(text: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}

/** A display name from where an image comes from: the last part of the path without what cannot stand in a label. */
export function nameFromSource(source: string): string {
  const last = source.split(/[?#]/)[0]?.split('/').pop() ?? '';
  return last
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .slice(0, 63)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}
