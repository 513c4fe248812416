/** Why a file is not taken as an image. */
export type RefusalReason =
  | 'unsafe-path'
  | 'empty'
  | 'format'
  | 'compressed'
  | 'encrypted'
  | 'backing-file'
  | 'data-file'
  | 'corrupt'
  | 'truncated'
  | 'too-large'
  | 'too-small';

/** A file is not an image we open; the message is a sentence for whoever brought it. */
export class ImageRefused extends Error {
  override readonly name = 'ImageRefused';

  constructor(
    readonly reason: RefusalReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
