import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Secret } from '@drover/kit';
import { parse } from 'yaml';
import type { ClusterAccess } from './https-transport.js';
import { tokenFile } from './token-file.js';

/** Thrown for a kubeconfig that cannot be used; the message names the field and what would be right. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';
}

/** Where a kubeconfig's parts come from. */
export interface KubeconfigOptions {
  /** Which context; default `current-context`. */
  readonly context?: string;
  /** Relative file names in the kubeconfig are relative to this directory; default the working directory. */
  readonly directory?: string;
}

/**
 * The access that a kubeconfig file describes.
 *
 * @throws KubeconfigError when it is malformed, or asks for what is not supported (exec and auth-provider plugins, passwords,
 *   impersonation, a proxy, skipped verification).
 */
export async function loadKubeconfig(
  file: string,
  options: Omit<KubeconfigOptions, 'directory'> = {},
): Promise<ClusterAccess> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new KubeconfigError(`${file}: cannot be read`, { cause });
  });
  return parseKubeconfig(text, { ...options, directory: dirname(file) });
}

/** As `loadKubeconfig`, for a text. */
export async function parseKubeconfig(text: string, options: KubeconfigOptions = {}): Promise<ClusterAccess> {
  const { directory = '.' } = options;
  const config = mapping(yaml(text), 'the kubeconfig');
  const contextName = options.context ?? optionalText(config, 'current-context', 'the kubeconfig');
  if (contextName === undefined || contextName === '')
    throw new KubeconfigError('the kubeconfig has no current-context');
  const context = named(config, 'contexts', 'context', contextName);
  const where = `context "${contextName}"`;
  const cluster = named(config, 'clusters', 'cluster', requiredText(context, 'cluster', where));
  const userName = optionalText(context, 'user', where);
  const user = userName === undefined || userName === '' ? {} : named(config, 'users', 'user', userName);
  refuse(cluster, 'cluster', CLUSTER_REFUSED);
  refuse(user, 'user', USER_REFUSED);

  const read = async (record: Mapping, what: string, field: string): Promise<string | undefined> => {
    const data = optionalText(record, `${field}-data`, what);
    if (data !== undefined) return decode(data, `${what}: ${field}-data`);
    const file = optionalText(record, field, what);
    if (file === undefined) return undefined;
    return readFile(resolve(directory, file), 'utf8').catch((cause: unknown) => {
      throw new KubeconfigError(`${what}: ${field} "${file}" cannot be read`, { cause });
    });
  };

  const [ca, cert, key] = await Promise.all([
    read(cluster, 'cluster', 'certificate-authority'),
    read(user, 'user', 'client-certificate'),
    read(user, 'user', 'client-key'),
  ]);
  const token = optionalText(user, 'token', 'user');
  const file = optionalText(user, 'tokenFile', 'user');
  return {
    server: requiredText(cluster, 'server', 'cluster'),
    tlsServerName: optionalText(cluster, 'tls-server-name', 'cluster'),
    namespace: optionalText(context, 'namespace', where),
    ca,
    cert,
    key: key === undefined ? undefined : new Secret(key),
    // As kubectl: a token beats a token file.
    token:
      token !== undefined ? new Secret(token) : file === undefined ? undefined : tokenFile(resolve(directory, file)),
  };
}

const CLUSTER_REFUSED: Readonly<Record<string, string>> = {
  'insecure-skip-tls-verify': 'verification cannot be skipped; give certificate-authority-data',
  'proxy-url': 'proxies are not supported',
};

const USER_REFUSED: Readonly<Record<string, string>> = {
  exec: 'exec plugins are not run; give a token or a client certificate',
  'auth-provider': 'auth-provider plugins are not run; give a token or a client certificate',
  username: 'passwords are not supported; give a token or a client certificate',
  password: 'passwords are not supported; give a token or a client certificate',
  as: 'impersonation from a kubeconfig is not supported',
  'as-uid': 'impersonation from a kubeconfig is not supported',
  'as-groups': 'impersonation from a kubeconfig is not supported',
  'as-user-extra': 'impersonation from a kubeconfig is not supported',
};

function refuse(record: Mapping, what: string, refused: Readonly<Record<string, string>>): void {
  for (const [field, why] of Object.entries(refused)) {
    const value = record[field];
    if (value !== undefined && value !== null && value !== false && value !== '') {
      throw new KubeconfigError(`${what}: ${field}: ${why}`);
    }
  }
}

type Mapping = Readonly<Record<string, unknown>>;

function yaml(text: string): unknown {
  try {
    // A kubeconfig has no aliases; a bomb of them is refused by the parser.
    return parse(text, { maxAliasCount: 10 }) as unknown;
  } catch (cause) {
    throw new KubeconfigError('the kubeconfig is no YAML', { cause });
  }
}

function mapping(value: unknown, what: string): Mapping {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new KubeconfigError(`${what} is no mapping`);
  return value as Mapping;
}

function named(config: Mapping, list: string, field: string, name: string): Mapping {
  const entries = config[list];
  if (!Array.isArray(entries)) throw new KubeconfigError(`the kubeconfig has no ${list}`);
  const found = entries
    .map((entry: unknown) => mapping(entry, `an entry of ${list}`))
    .find((entry) => entry['name'] === name);
  if (found === undefined) throw new KubeconfigError(`${list}: there is no "${name}"`);
  return mapping(found[field], `${field} "${name}"`);
}

function optionalText(record: Mapping, field: string, what: string): string | undefined {
  const value = record[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new KubeconfigError(`${what}: ${field} is no text`);
  return value;
}

function requiredText(record: Mapping, field: string, what: string): string {
  const value = optionalText(record, field, what);
  if (value === undefined || value === '') throw new KubeconfigError(`${what}: ${field} is missing`);
  return value;
}

function decode(data: string, what: string): string {
  const compact = data.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) throw new KubeconfigError(`${what} is no base64`);
  return Buffer.from(compact, 'base64').toString('utf8');
}
