/** The value of the setting `containerd-registry`, in the words of RKE2's registries.yaml. */
export interface RegistrySettings {
  /** Where to ask instead of a registry, in order; the registry itself comes last. `*` stands for every registry. */
  readonly mirrors: ReadonlyMap<string, Mirror>;
  /** What to say to whom: by host with port, of registries and mirrors alike. */
  readonly configs: ReadonlyMap<string, HostConfig>;
}

/** Endpoints, and regular expressions that rewrite a repository's path for them. */
export interface Mirror {
  readonly endpoints: readonly string[];
  readonly rewrites: readonly { readonly pattern: RegExp; readonly to: string }[];
}

/** Credentials and TLS for one host. */
export interface HostConfig {
  readonly username?: string;
  readonly password?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly skipVerify: boolean;
}

/**
 * Reads the setting; an empty one means no mirrors. Field names are taken whatever their case, as Harvester's own parser does.
 *
 * @throws TypeError with a sentence that names the field.
 */
export function parseRegistrySettings(value: string): RegistrySettings {
  if (value.trim() === '') return { mirrors: new Map(), configs: new Map() };
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch (error) {
    throw new TypeError(`setting containerd-registry: not JSON: ${error instanceof Error ? error.message : error}`);
  }
  const root = fields(parsed, 'containerd-registry');
  const mirrors = Object.entries(named(root['mirrors'], 'Mirrors')).map(
    ([host, entry]) => [host, mirror(entry, host)] as const,
  );
  const configs = Object.entries(named(root['configs'], 'Configs')).map(
    ([host, entry]) => [host, config(entry, host)] as const,
  );
  return { mirrors: new Map(mirrors), configs: new Map(configs) };
}

function mirror(entry: unknown, host: string): Mirror {
  const { endpoints, endpoint, rewrites, rewrite } = fields(entry, `Mirrors.${host}`);
  const list = endpoints ?? endpoint ?? [];
  if (!Array.isArray(list))
    throw new TypeError(`setting containerd-registry: Mirrors.${host}.Endpoints: expected a list`);
  return {
    endpoints: list.map((one: unknown) => {
      const url = typeof one === 'string' ? (one.includes('://') ? one : `https://${one}`) : '';
      if (!URL.canParse(url)) {
        throw new TypeError(`setting containerd-registry: Mirrors.${host}.Endpoints: "${String(one)}" is not a URL`);
      }
      return url;
    }),
    rewrites: Object.entries(named(rewrites ?? rewrite, `Mirrors.${host}.Rewrites`)).map(([pattern, to]) => {
      if (typeof to !== 'string')
        throw new TypeError(`setting containerd-registry: Mirrors.${host}.Rewrites: expected texts`);
      return { pattern: new RegExp(pattern), to };
    }),
  };
}

function config(entry: unknown, host: string): HostConfig {
  const { auth, tls } = fields(entry, `Configs.${host}`);
  const { username, password } = fields(auth ?? {}, `Configs.${host}.Auth`);
  const where = `Configs.${host}.TLS`;
  const given = fields(tls ?? {}, where);
  const [ca, cert, key] = [given['cafile'], given['certfile'], given['keyfile']].map((pem) => text(pem, where));
  const [user, secret] = [text(username, where), text(password, where)];
  return {
    ...(user === undefined || user === '' ? {} : { username: user, password: secret ?? '' }),
    ...(ca === undefined || ca === '' ? {} : { ca }),
    ...(cert === undefined || cert === '' ? {} : { cert }),
    ...(key === undefined || key === '' ? {} : { key }),
    skipVerify: given['insecureskipverify'] === true,
  };
}

function text(value: unknown, path: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new TypeError(`setting containerd-registry: ${path}: expected text`);
  return value;
}

function named(value: unknown, path: string): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new TypeError(`setting containerd-registry: ${path}: expected an object`);
  }
  return { ...value };
}

function fields(value: unknown, path: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(named(value, path)).map(([name, field]) => [name.toLowerCase().replaceAll('_', ''), field]),
  );
}
