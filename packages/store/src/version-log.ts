import type { Entry, Revision } from './store.js';

/**
 * One write to a key. `entry` is `undefined` for a delete; `older` is the write before it, as long as history at that point is
 * kept; `at` is when this process learned of it, in milliseconds since the Unix epoch.
 */
export interface Version {
  readonly key: string;
  readonly revision: Revision;
  readonly entry: Entry | undefined;
  readonly at: number;
  older: Version | undefined;
}

/** The writes whose history is kept, oldest first, with ascending revisions: appended at the end, forgotten at the start. */
export class VersionLog {
  #versions: (Version | undefined)[] = [];
  #start = 0;

  get size(): number {
    return this.#versions.length - this.#start;
  }

  get first(): Version | undefined {
    return this.#versions[this.#start];
  }

  push(version: Version): void {
    this.#versions.push(version);
  }

  shift(): Version | undefined {
    const version = this.first;
    if (!version) return undefined;
    this.#versions[this.#start] = undefined;
    this.#start += 1;
    if (this.#start > 1024 && this.#start * 2 > this.#versions.length) {
      this.#versions = this.#versions.slice(this.#start);
      this.#start = 0;
    }
    return version;
  }

  /** Shows `visit` the writes with a revision greater than `revision`, in order. The log may not be changed meanwhile. */
  visit(revision: Revision, visit: (version: Version) => void): void {
    let low = this.#start;
    let high = this.#versions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#versions[middle] as Version).revision <= revision) low = middle + 1;
      else high = middle;
    }
    for (; low < this.#versions.length; low += 1) visit(this.#versions[low] as Version);
  }
}
