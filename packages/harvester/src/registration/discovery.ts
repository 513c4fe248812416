import type { Kind } from '@drover/api';
import type { Client } from '@drover/client';

/** The API knows no such kind. */
export class UnknownKind extends Error {
  override readonly name = 'UnknownKind';
}

/** Finds out how the API serves a kind, asking each group version once. */
export class Discovery {
  readonly #versions = new Map<string, Promise<readonly Kind[]>>();

  constructor(readonly client: Client) {}

  /** @throws UnknownKind */
  async kind(apiVersion: string, kind: string): Promise<Kind> {
    const asked = this.#versions.get(apiVersion) ?? this.#ask(apiVersion);
    this.#versions.set(apiVersion, asked);
    const found = (await asked).find((served) => served.kind === kind);
    if (found === undefined) throw new UnknownKind(`no matches for kind "${kind}" in version "${apiVersion}"`);
    return found;
  }

  async #ask(apiVersion: string): Promise<readonly Kind[]> {
    const [first = '', second] = apiVersion.split('/');
    const [group, version] = second === undefined ? ['', first] : [first, second];
    const path =
      group === ''
        ? `/api/${encodeURIComponent(version)}`
        : `/apis/${encodeURIComponent(group)}/${encodeURIComponent(version)}`;
    const response = await this.client.raw({ method: 'GET', path, headers: { accept: 'application/json' } });
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body) chunks.push(chunk);
    if (response.status === 404) return [];
    const list: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const resources =
      typeof list === 'object' && list !== null && 'resources' in list && Array.isArray(list.resources)
        ? list.resources
        : [];
    return resources.flatMap((resource: unknown) => {
      if (typeof resource !== 'object' || resource === null) return [];
      const { name, kind, namespaced } = { name: '', kind: '', namespaced: false, ...resource };
      // Subresources are named with a slash.
      return name.includes('/') ? [] : [{ group, version, kind, plural: name, namespaced }];
    });
  }
}
