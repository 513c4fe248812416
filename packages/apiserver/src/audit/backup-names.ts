import { basename, extname } from 'node:path';

/** Names of files put aside: `audit-2026-01-01T00-00-00.000.log` for `audit.log`. They sort by time. */
export class BackupNames {
  readonly #stem: string;
  readonly #extension: string;

  constructor(path: string) {
    this.#extension = extname(path);
    this.#stem = basename(path, this.#extension);
  }

  of(ms: number): string {
    return `${this.#stem}-${new Date(ms).toISOString().replaceAll(':', '-').replace('Z', '')}${this.#extension}`;
  }

  is(name: string): boolean {
    if (!name.startsWith(`${this.#stem}-`) || !name.endsWith(this.#extension)) return false;
    const time = name.slice(this.#stem.length + 1, name.length - this.#extension.length);
    return /^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}\.\d{3}$/.test(time);
  }
}
