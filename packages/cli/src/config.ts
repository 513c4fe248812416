import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { AccessRequest } from '@drover/api';
import { type Level, Secret } from '@drover/kit';
import type { AuditFilter } from '@drover/manager';
import { AUDIT_POLICY_SETTING, AUDIT_SETTINGS, type AuditConfig, readAudit } from './audit.js';
import { MANAGEMENT_AUDIT_SETTINGS, type ManagementAuditConfig, readManagementAudit } from './management-audit.js';
import { type Given, readCommandLine, readSettings, type Setting, type Settings } from './settings.js';
import { UsageError } from './usage-error.js';

/** Where a process listens. Port 0 takes a free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Where a process is to listen, and the flag that says so: a message about it names the flag. */
export interface ListenSetting extends ListenAddress {
  readonly flag: string;
}

/** What every long-running command knows. */
interface Common {
  readonly dataDir: string;
  readonly logLevel: Level;
  readonly audit: AuditConfig | undefined;
}

/** The management side's configuration, complete and checked. */
export interface ServerConfig extends Common {
  readonly listen: ListenSetting;
  readonly managementAudit: ManagementAuditConfig;
  /** Set: an existing Kubernetes cluster keeps the state, instead of the embedded one. */
  readonly kubeconfig: string | undefined;
  readonly bootstrapPassword: Secret | undefined;
  /** The URL that browsers and agents use; default: where it listens. */
  readonly serverUrl: string | undefined;
  readonly tls: { readonly certPem: string; readonly keyPem: string } | undefined;
}

/** The lab's configuration, complete and checked. */
export interface LabConfig extends Common {
  readonly listen: ListenSetting;
  /** The name of its one host. */
  readonly name: string;
}

/** What `drover server backup` is told. */
export interface BackupConfig extends Common {
  /** The file that is made. */
  readonly output: string;
}

/** What `drover server restore` is told. */
export interface RestoreConfig extends Common {
  /** The file that a backup was written to. */
  readonly from: string;
  /** Whether a server that is there is put aside. */
  readonly force: boolean;
}

/** What `drover why` is told. */
export interface WhyConfig {
  readonly logLevel: Level;
  /** Says where the server is and who asks. */
  readonly kubeconfig: string;
  /** Id or name; absent, the one that the kubeconfig is for. */
  readonly cluster: string | undefined;
  /** Whose rights are asked about; absent, one's own. */
  readonly user: string | undefined;
  readonly request: AccessRequest;
}

/** What `drover server reset-admin-password` is told. */
export type ResetAdminPasswordConfig = Common;

/** Both together. */
export interface UpConfig {
  readonly server: ServerConfig;
  readonly lab: LabConfig;
  /** Whether the lab is imported into the server. */
  readonly importLab: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const DATA_DIR = { 'data-dir': { value: 'DIR', help: 'where state is kept (default $XDG_DATA_HOME/drover)' } } as const;

/** Settings of `drover server`. */
export const SERVER_SETTINGS: Settings = {
  ...DATA_DIR,
  listen: { value: 'HOST:PORT', help: 'where to listen (default 127.0.0.1:8443; port 0 takes a free one)' },
  store: { value: 'sqlite', help: 'what keeps the embedded cluster’s state (default sqlite)' },
  kubeconfig: { value: 'FILE', help: 'keep the state in this Kubernetes cluster instead of the embedded one' },
  'bootstrap-password': { value: 'PW', help: 'the first password of admin (default: a random one, printed once)' },
  'server-url': { value: 'URL', help: 'the URL that browsers and agents use (default https://HOST:PORT)' },
  'tls-cert': { value: 'FILE', help: 'PEM certificate chain to serve with (default: one of our own authority)' },
  'tls-key': { value: 'FILE', help: 'PEM key of --tls-cert' },
  ...MANAGEMENT_AUDIT_SETTINGS,
  ...AUDIT_SETTINGS,
};

/** Settings of `drover lab`. */
export const LAB_SETTINGS: Settings = {
  ...DATA_DIR,
  listen: { value: 'HOST:PORT', help: 'where to listen (default 127.0.0.1:6443; port 0 takes a free one)' },
  name: { value: 'NAME', help: 'the name of the lab’s host (default lab)' },
  ...AUDIT_SETTINGS,
};

/** Settings of `drover up`. */
export const UP_SETTINGS: Settings = {
  ...DATA_DIR,
  ...MANAGEMENT_AUDIT_SETTINGS,
  ...AUDIT_POLICY_SETTING,
  'no-import': { help: 'do not import the lab into the server' },
  'server-listen': { value: 'HOST:PORT', help: 'where the server listens (default 127.0.0.1:8443)' },
  'lab-listen': { value: 'HOST:PORT', help: 'where the lab listens (default 127.0.0.1:6443)' },
  'bootstrap-password': SERVER_SETTINGS['bootstrap-password'] as { help: string; value: string },
};

/** Settings of `drover server backup`. */
export const BACKUP_SETTINGS: Settings = {
  ...DATA_DIR,
  output: { value: 'FILE', help: 'the file to write; it holds every secret of the server (mode 0600)' },
};

/** Settings of `drover server restore`. */
export const RESTORE_SETTINGS: Settings = {
  ...DATA_DIR,
  from: { value: 'FILE', help: 'a file that drover server backup wrote' },
  force: { help: 'put aside the server that is there' },
};

/** Settings of `drover why`. */
export const WHY_SETTINGS: Settings = {
  ...DATA_DIR,
  kubeconfig: { value: 'FILE', help: 'who asks, and which server (default that of the server in the data directory)' },
  cluster: { value: 'NAME', help: 'name or id of the cluster (default that of the kubeconfig)' },
  as: { value: 'USER', help: 'the user whose rights are asked about (default whoever asks)' },
  namespace: { value: 'NAMESPACE', short: 'n', help: 'the namespace of what is to be done (default all of them)' },
};

/** Settings of `drover server reset-admin-password`. */
export const RESET_ADMIN_PASSWORD_SETTINGS: Settings = DATA_DIR;

/** @throws UsageError with one sentence that names the flag, variable or key. */
export function readResetAdminPasswordConfig(args: readonly string[], env: Environment): ResetAdminPasswordConfig {
  return common(readSettings('server reset-admin-password', RESET_ADMIN_PASSWORD_SETTINGS, args, env), env);
}

/** @throws UsageError with one sentence that names the flag, variable, key or word. */
export function readWhyConfig(args: readonly string[], env: Environment): WhyConfig {
  const { given, words } = readCommandLine('why', WHY_SETTINGS, args, env);
  const { dataDir, logLevel } = common(given, env);
  const kubeconfig = given.get('kubeconfig')?.text;
  return {
    logLevel,
    kubeconfig: kubeconfig === undefined ? join(dataDir, 'server', 'kubeconfig.yaml') : resolve(kubeconfig),
    cluster: given.get('cluster')?.text,
    user: given.get('as')?.text,
    request: accessRequest(words, given.get('namespace')?.text),
  };
}

/** `update virtualmachines.kubevirt.io/status web`: a verb, a resource with its group and subresource, a name. */
function accessRequest(
  [verb = '', what = '', name, ...more]: readonly string[],
  namespace: string | undefined,
): AccessRequest {
  const match = /^([^./\s]+)(?:\.([^/\s]+))?(?:\/(\S+))?$/.exec(what);
  if (verb === '' || match === null || more.length > 0) {
    const example = 'drover why update virtualmachines.kubevirt.io web -n default';
    throw new UsageError(
      `drover why: say what is to be done, as VERB RESOURCE[.GROUP][/SUBRESOURCE] [NAME]: ${example}`,
    );
  }
  const [, resource = '', group = '', subresource] = match;
  return {
    verb,
    group,
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
}

/** What `drover audit` is told. */
export interface AuditCommandConfig extends Common {
  /** Set: a server is asked, instead of the files in the data directory. */
  readonly server: { readonly url: string; readonly token: Secret; readonly caFile: string | undefined } | undefined;
  /** What is asked for, by the names of the API, as it was given. */
  readonly filter: ReadonlyMap<string, string>;
  readonly limit: string | undefined;
  readonly output: 'text' | 'json';
}

/** What can be asked of the audit, by the names of the API. */
const AUDIT_QUESTIONS = {
  user: { value: 'USER', help: 'only what this user did, by id or user name' },
  from: { value: 'TIME', help: 'only from then on, such as 2026-01-31T12:00:00Z' },
  until: { value: 'TIME', help: 'only before then' },
  cluster: { value: 'ID', help: 'only what went to this cluster' },
  resource: { value: 'PLURAL', help: 'only what was about objects of this kind' },
  namespace: { value: 'NS', help: 'only what was about objects in this namespace' },
  name: { value: 'NAME', help: 'only what was about objects of this name' },
  outcome: { value: 'OUTCOME', help: 'only what was done, refused or failed' },
  id: { value: 'ID', help: 'only the request whose answer had this x-request-id' },
} as const satisfies Record<keyof AuditFilter, Setting>;

/** Settings of `drover audit`. */
export const AUDIT_COMMAND_SETTINGS: Settings = {
  ...DATA_DIR,
  server: { value: 'URL', help: 'ask this server instead of reading the data directory' },
  'token-file': { value: 'FILE', help: 'the API key to ask it with (or the variable DROVER_TOKEN)' },
  'ca-file': { value: 'FILE', help: 'PEM of the authority that its certificate is of, unless it is a public one' },
  ...AUDIT_QUESTIONS,
  limit: { value: 'N', help: 'how many events, the newest first (default 100)' },
  output: { value: 'FORM', help: 'text or json, one event a line (default text)' },
};

/** @throws UsageError with one sentence that names the flag, variable or key. */
export function readAuditCommandConfig(args: readonly string[], env: Environment): AuditCommandConfig {
  const given = readSettings('audit', AUDIT_COMMAND_SETTINGS, args, env);
  const output = given.get('output');
  if (output !== undefined && output.text !== 'text' && output.text !== 'json')
    throw new UsageError(`${output.source}: "${output.text}" is not a form; use text or json`);
  const server = serverUrl(given.get('server'));
  return {
    ...common(given, env),
    server:
      server === undefined
        ? undefined
        : { url: server, token: apiKey(given.get('token-file'), env), caFile: given.get('ca-file')?.text },
    filter: new Map(Object.keys(AUDIT_QUESTIONS).flatMap((name) => textOf(name, given.get(name)))),
    limit: given.get('limit')?.text,
    output: output?.text === 'json' ? 'json' : 'text',
  };
}

const textOf = (name: string, given: Given | undefined): [string, string][] =>
  given === undefined ? [] : [[name, given.text]];

function apiKey(file: Given | undefined, env: Environment): Secret {
  if (file === undefined) {
    const token = env['DROVER_TOKEN'];
    if (!token) throw new UsageError('--server: give --token-file, or the variable DROVER_TOKEN');
    return new Secret(token);
  }
  try {
    return new Secret(readFileSync(file.text, 'utf8').trim());
  } catch (error) {
    throw new UsageError(`${file.source}: cannot read ${file.text}: ${error instanceof Error ? error.message : error}`);
  }
}

/** @throws UsageError with one sentence that names the flag, variable or key. */
export function readBackupConfig(args: readonly string[], env: Environment): BackupConfig {
  const given = readSettings('server backup', BACKUP_SETTINGS, args, env);
  return { ...common(given, env), output: file(given, 'output') };
}

/** @throws UsageError with one sentence that names the flag, variable or key. */
export function readRestoreConfig(args: readonly string[], env: Environment): RestoreConfig {
  const given = readSettings('server restore', RESTORE_SETTINGS, args, env);
  return { ...common(given, env), from: file(given, 'from'), force: yes(given.get('force')) };
}

/** @throws UsageError with one sentence that names the flag, variable or key. */
export function readServerConfig(args: readonly string[], env: Environment): ServerConfig {
  const given = readSettings('server', SERVER_SETTINGS, args, env);
  const store = given.get('store');
  if (store && store.text !== 'sqlite') {
    const etcd = store.text.startsWith('etcd:');
    throw new UsageError(
      `${store.source}: ${etcd ? 'an etcd store is not available yet' : `"${store.text}" is not a store`}; use sqlite`,
    );
  }
  const kubeconfig = given.get('kubeconfig');
  if (kubeconfig && store) throw new UsageError(`${kubeconfig.source} and ${store.source} exclude each other`);
  const shared = common(given, env);
  if (kubeconfig && shared.audit) {
    throw new UsageError('--audit-policy-file: the cluster of --kubeconfig audits what it is asked');
  }
  return {
    ...shared,
    listen: address(given, 'listen', 8443),
    kubeconfig: kubeconfig && resolve(kubeconfig.text),
    bootstrapPassword: bootstrapPassword(given.get('bootstrap-password')),
    serverUrl: serverUrl(given.get('server-url')),
    tls: tls(given.get('tls-cert'), given.get('tls-key')),
    managementAudit: readManagementAudit(given),
  };
}

/** @throws UsageError with one sentence that names the flag, variable or key. */
export function readLabConfig(args: readonly string[], env: Environment): LabConfig {
  const given = readSettings('lab', LAB_SETTINGS, args, env);
  return {
    ...common(given, env),
    listen: address(given, 'listen', 6443),
    name: hostName(given.get('name')),
  };
}

/** @throws UsageError with one sentence that names the flag, variable or key. */
export function readUpConfig(args: readonly string[], env: Environment): UpConfig {
  const given = readSettings('up', UP_SETTINGS, args, env);
  const shared = common(given, env);
  return {
    importLab: !yes(given.get('no-import')),
    server: {
      ...shared,
      listen: address(given, 'server-listen', 8443),
      kubeconfig: undefined,
      bootstrapPassword: bootstrapPassword(given.get('bootstrap-password')),
      serverUrl: undefined,
      tls: undefined,
      managementAudit: readManagementAudit(given),
    },
    lab: {
      ...shared,
      listen: address(given, 'lab-listen', 6443),
      name: 'lab',
    },
  };
}

function common(given: ReadonlyMap<string, Given>, env: Environment): Common {
  const base = env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share');
  return {
    dataDir: resolve(given.get('data-dir')?.text ?? join(base, 'drover')),
    logLevel: logLevel(given.get('log-level')),
    audit: readAudit(given),
  };
}

function file(given: ReadonlyMap<string, Given>, name: string): string {
  const found = given.get(name);
  if (!found) throw new UsageError(`--${name} is missing: give a file`);
  return resolve(found.text);
}

function logLevel(given: Given | undefined): Level {
  const levels: readonly Level[] = ['debug', 'info', 'warn', 'error'];
  if (!given) return 'info';
  const level = levels.find((name) => name === given.text);
  if (!level) throw new UsageError(`${given.source}: "${given.text}" is not a level; use debug, info, warn or error`);
  return level;
}

function address(all: ReadonlyMap<string, Given>, name: string, defaultPort: number): ListenSetting {
  const flag = `--${name}`;
  const given = all.get(name);
  if (!given) return { host: '127.0.0.1', port: defaultPort, flag };
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(given.text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) {
    throw new UsageError(`${given.source}: "${given.text}" is not HOST:PORT, such as 127.0.0.1:8443 or [::1]:8443`);
  }
  return { host: (match[1] ?? match[2]) as string, port, flag };
}

function yes(given: Given | undefined): boolean {
  if (!given || given.text === 'false') return false;
  if (given.text === 'true') return true;
  throw new UsageError(`${given.source}: "${given.text}" is neither true nor false`);
}

function hostName(given: Given | undefined): string {
  if (!given) return 'lab';
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(given.text)) {
    throw new UsageError(
      `${given.source}: "${given.text}" is not a host name of lower-case letters, digits and hyphens`,
    );
  }
  return given.text;
}

function bootstrapPassword(given: Given | undefined): Secret | undefined {
  if (!given) return undefined;
  if ([...given.text].length < 12) throw new UsageError(`${given.source}: the password needs at least 12 characters`);
  return new Secret(given.text);
}

function serverUrl(given: Given | undefined): string | undefined {
  if (!given) return undefined;
  const url = URL.canParse(given.text) ? new URL(given.text) : undefined;
  if (url?.protocol !== 'https:' || url.pathname !== '/' || url.search || url.hash || url.username) {
    throw new UsageError(`${given.source}: "${given.text}" is not a URL such as https://drover.example.com`);
  }
  return url.origin;
}

function tls(cert: Given | undefined, key: Given | undefined): ServerConfig['tls'] {
  if (!cert && !key) return undefined;
  if (!cert || !key) throw new UsageError(`${(cert ?? key)?.source}: give both --tls-cert and --tls-key`);
  return { certPem: pem(cert, 'CERTIFICATE'), keyPem: pem(key, 'PRIVATE KEY') };
}

function pem(given: Given, what: string): string {
  let text: string;
  try {
    text = readFileSync(given.text, 'utf8');
  } catch (error) {
    throw new UsageError(
      `${given.source}: cannot read ${given.text}: ${error instanceof Error ? error.message : error}`,
    );
  }
  if (!text.includes(`${what}-----`))
    throw new UsageError(`${given.source}: ${given.text} holds no PEM ${what.toLowerCase()}`);
  return text;
}
