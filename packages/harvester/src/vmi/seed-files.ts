import { access, copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Small files that an instance's machine has beside its volumes: media made of documents, UEFI variables. */
export class SeedFiles {
  constructor(readonly root: string) {}

  /** Writes the medium of an instance's volume number `index`, whole or not at all. @returns its path. */
  async write(uid: string, index: number, content: Uint8Array): Promise<string> {
    const path = join(await this.#directory(uid), `volume-${index}.iso`);
    await writeFile(`${path}.partial`, content, { mode: 0o600 });
    await rename(`${path}.partial`, path);
    return path;
  }

  /** Where an instance, or a machine that keeps them, has its UEFI variables. */
  varsPath(uid: string): string {
    return join(this.root, checked(uid), 'vars.fd');
  }

  /** The directory in which the TPM of an instance, or of a machine that keeps it, has its state. */
  tpmPath(uid: string): string {
    return join(this.root, checked(uid), 'tpm');
  }

  /** Gives `uid` its own copy of a template of UEFI variables; with `keep`, only where it has none yet. */
  async copyVars(uid: string, template: string, keep: boolean): Promise<void> {
    await this.#directory(uid);
    const path = this.varsPath(uid);
    if (keep && (await exists(path))) return;
    await copyFile(template, `${path}.partial`);
    await rename(`${path}.partial`, path);
  }

  /** Removes what `uid` had. */
  async remove(uid: string): Promise<void> {
    await rm(join(this.root, checked(uid)), { recursive: true, force: true });
  }

  async #directory(uid: string): Promise<string> {
    const directory = join(this.root, checked(uid));
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return directory;
  }
}

function checked(uid: string): string {
  if (!/^[0-9a-zA-Z-]{1,64}$/.test(uid)) throw new TypeError(`"${uid}" is not a uid`);
  return uid;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
