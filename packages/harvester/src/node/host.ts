import type { Host } from '@drover/qemu';

/** What this host offers, looked at again while QEMU is missing, so that installing it needs no restart. */
export class LocalHost {
  #host: Host;

  private constructor(
    host: Host,
    readonly detect: () => Promise<Host>,
  ) {
    this.#host = host;
  }

  static async open(detect: () => Promise<Host>): Promise<LocalHost> {
    return new LocalHost(await detect(), detect);
  }

  /** As it was last seen. */
  get now(): Host {
    return this.#host;
  }

  /** Why no machine can run here, in a sentence that names the package to install; `undefined` when they can. */
  async problem(): Promise<string | undefined> {
    if (!this.#host.qemu.ok || !this.#host.tools.ok) this.#host = await this.detect();
    const { qemu, tools } = this.#host;
    return qemu.ok ? (tools.ok ? undefined : tools.problem) : qemu.problem;
  }
}
