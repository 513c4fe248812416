import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';
import {
  ApiError,
  type ApiResponse,
  badRequest,
  conflict,
  notFound,
  type Stored,
  type VirtualMachineImage,
  virtualMachineImages,
} from '@drover/api';
import { empty } from '../answer.js';
import { isImported } from '../image/conditions.js';
import { boundaryOf, MultipartError, parseMultipart } from '../image/multipart.js';
import { TransferFailed } from '../image/transfers.js';
import { lookAt } from '../view.js';
import type { ObjectRequest } from './paths.js';

/** The form field that carries the file: Harvester's name for each of its backends. */
const FIELDS = ['chunk', 'file'];

/**
 * Takes in the file of an image whose source is an upload: a multipart form, streamed to disk as it comes.
 *
 * @throws ApiError 403, 404; 409 when the image has a file or is getting one; 400 for another body; 422 when the file is no good
 */
export async function uploadImage({
  namespace,
  name,
  query,
  request,
  view,
  require,
}: ObjectRequest): Promise<ApiResponse> {
  require('update', 'harvesterhci.io', 'virtualmachineimages');
  const image = found(await lookAt(view.client, virtualMachineImages, { namespace, name }), name);
  if (image.spec.sourceType !== 'upload')
    throw badRequest(`image "${name}" is not made by upload: its source is ${image.spec.sourceType}`);
  if (isImported(image)) throw conflict(virtualMachineImages, name, 'the image was uploaded already');
  if (view.transfers.isRunning(image.metadata.uid))
    throw conflict(virtualMachineImages, name, 'the image is being uploaded');
  const size = expectedSize(query.get('size') ?? header(request.headers['file-size']));
  try {
    for await (const part of parseMultipart(request.body, boundaryOf(header(request.headers['content-type']) ?? ''))) {
      if (!FIELDS.includes(part.name)) continue;
      await view.transfers.upload(image, part.body, size);
      return empty(200);
    }
  } catch (error) {
    if (error instanceof MultipartError) throw badRequest(error.message);
    if (error instanceof TransferFailed) throw new ApiError('Invalid', error.message);
    throw error;
  }
  throw badRequest(`the form has no field named ${FIELDS.join(' or ')}`);
}

/** Hands out the file of an image, gzipped, as Harvester does. @throws ApiError 403, 404; 400 before it was imported */
export async function downloadImage({ namespace, name, view, require }: ObjectRequest): Promise<ApiResponse> {
  require('get', 'harvesterhci.io', 'virtualmachineimages');
  const image = found(await lookAt(view.client, virtualMachineImages, { namespace, name }), name);
  const file = isImported(image) ? await view.imageFiles.find(image.metadata.uid) : undefined;
  if (file === undefined) throw badRequest(`image "${name}" has not been imported`);
  const zipped = pipeline(createReadStream(file.path), createGzip({ level: 1 }), () => {});
  return {
    status: 200,
    headers: {
      'content-type': 'application/gzip',
      'content-disposition': `attachment; filename="${image.spec.displayName}.gz"`,
    },
    body: zipped,
  };
}

function found(image: Stored<VirtualMachineImage> | undefined, name: string): Stored<VirtualMachineImage> {
  if (image === undefined) throw notFound(virtualMachineImages, name);
  return image;
}

function header(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}

function expectedSize(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const size = Number(text);
  if (!Number.isSafeInteger(size) || size <= 0) throw badRequest(`size: "${text}" is not a number of bytes`);
  return size;
}
