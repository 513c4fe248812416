import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the bytes of volumes lie: one qcow2 file each, named by its PersistentVolume. */
export class VolumeFiles {
  constructor(readonly root: string) {}

  /** The file of a volume, whether it is there or not. */
  path(volumeName: string): string {
    // The name is made of a uid by the claim controller; a path never comes from a user.
    if (!/^pvc-[0-9a-zA-Z-]{1,64}$/.test(volumeName))
      throw new TypeError(`"${volumeName}" is not a volume of this host`);
    return join(this.root, `${volumeName}.qcow2`);
  }

  async exists(volumeName: string): Promise<boolean> {
    return stat(this.path(volumeName)).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
        throw error;
      },
    );
  }

  async prepare(): Promise<void> {
    await mkdir(this.root, { recursive: true, mode: 0o700 });
  }

  async remove(volumeName: string): Promise<void> {
    await rm(this.path(volumeName), { force: true });
  }
}
