import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A file that machines' disks can lie on. */
export interface ImageFile {
  readonly path: string;
  readonly format: 'qcow2' | 'raw';
}

/**
 * Where the bytes of images lie: a directory each, named by the image's uid, holding `incoming` until the bytes are complete and
 * found good, and `image.qcow2` or `image.raw` from then on. The rename between them is what makes an image exist.
 */
export class ImageFiles {
  /** `root` is made when the first image comes. */
  constructor(readonly root: string) {}

  /** The file of an image, once there is one. */
  async find(uid: string): Promise<ImageFile | undefined> {
    const names = await readdir(this.#directory(uid)).catch(ignoreMissing);
    const format = (['qcow2', 'raw'] as const).find((known) => names?.includes(`image.${known}`));
    return format && { path: join(this.#directory(uid), `image.${format}`), format };
  }

  /** An empty place for incoming bytes; what an interrupted attempt left there is removed. */
  async incoming(uid: string): Promise<string> {
    await mkdir(this.#directory(uid), { recursive: true, mode: 0o700 });
    const path = this.incomingPath(uid);
    await rm(path, { force: true });
    return path;
  }

  /** Where the incoming bytes of an image lie. */
  incomingPath(uid: string): string {
    return join(this.#directory(uid), 'incoming');
  }

  /** Makes the incoming bytes the image. */
  async accept(uid: string, format: ImageFile['format']): Promise<ImageFile> {
    const path = join(this.#directory(uid), `image.${format}`);
    await rename(this.incomingPath(uid), path);
    return { path, format };
  }

  /** Removes incoming bytes that are of no use. */
  async discard(uid: string): Promise<void> {
    await rm(this.incomingPath(uid), { force: true });
  }

  /** Removes everything of an image. */
  async remove(uid: string): Promise<void> {
    await rm(this.#directory(uid), { recursive: true, force: true });
  }

  #directory(uid: string): string {
    // Uids come from the API server; a path never comes from a user.
    if (!/^[0-9a-zA-Z-]{1,64}$/.test(uid)) throw new TypeError(`"${uid}" is not a uid`);
    return join(this.root, uid);
  }
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
