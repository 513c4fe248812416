import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { AuditOptions, AuditSink } from '@drover/apiserver';
// Not from the whole of the API server, which is loaded while the store's thread reads its file.
import { type AuditPolicy, AuditPolicyError, parseAuditPolicy } from '@drover/apiserver/audit-policy';
import { httpsTransport, KubeconfigError, loadKubeconfig } from '@drover/client';
import type { Closing } from '@drover/kit';
import { parse as parseYaml } from 'yaml';
import { wholeNumber } from './management-audit.js';
import type { Given, Settings } from './settings.js';
import type { Surroundings } from './surroundings.js';
import { UsageError } from './usage-error.js';

/** Whether a request waits until its events are written, and is refused when they cannot be. */
type AuditMode = 'batch' | 'blocking' | 'blocking-strict';

/** A log of audit events. */
export interface AuditLogConfig {
  /** Default: `audit.log` beside the state of the side that is audited. */
  readonly path: string | undefined;
  readonly maxBytes: number;
  readonly maxBackups: number;
  readonly maxAgeMs: number;
  readonly mode: AuditMode;
}

/** A receiver of audit events. */
export interface AuditWebhookConfig {
  /** A kubeconfig file that says where it is, and as whom it is asked. */
  readonly kubeconfig: string;
  readonly mode: AuditMode;
  /** Events that wait for it. */
  readonly bufferSize: number;
}

/** What is audited, and where that is written. */
export interface AuditConfig {
  readonly policy: AuditPolicy;
  readonly log: AuditLogConfig | undefined;
  readonly webhook: AuditWebhookConfig | undefined;
}

const MEGABYTE = 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;
/** Events that wait for a receiver, as kube-apiserver has it. */
const BUFFER_SIZE = 10_000;
/** Time before a batch is sent again for the first time, as kube-apiserver's. */
const INITIAL_BACKOFF_MS = 10_000;

/** The policy alone is enough to be audited. */
export const AUDIT_POLICY_SETTING: Settings = {
  'audit-policy-file': {
    value: 'FILE',
    help: 'audit requests by this audit.k8s.io/v1 Policy (default: audit nothing)',
  },
};

/** Settings of an audit, named as kube-apiserver names them. */
export const AUDIT_SETTINGS: Settings = {
  ...AUDIT_POLICY_SETTING,
  'audit-log-path': { value: 'FILE', help: 'where audit events are written (default audit.log beside the state)' },
  'audit-log-maxsize': { value: 'MB', help: 'size at which the audit log is put aside (default 100)' },
  'audit-log-maxbackup': { value: 'N', help: 'audit logs put aside that are kept (default 10)' },
  'audit-log-maxage': { value: 'DAYS', help: 'days for which they are kept (default: until there are too many)' },
  'audit-log-mode': {
    value: 'MODE',
    help: 'blocking, blocking-strict to refuse requests that cannot be audited, or batch (default blocking)',
  },
  'audit-webhook-config-file': {
    value: 'FILE',
    help: 'kubeconfig of a receiver of audit events; a log is then written only where --audit-log-path says',
  },
  'audit-webhook-mode': { value: 'MODE', help: 'batch, blocking or blocking-strict (default batch)' },
  'audit-webhook-batch-buffer-size': { value: 'N', help: 'events that wait for the receiver (default 10000)' },
};

/** @throws UsageError with one sentence for each mistake. */
export function readAudit(given: ReadonlyMap<string, Given>): AuditConfig | undefined {
  const policy = given.get('audit-policy-file');
  const others = Object.keys(AUDIT_SETTINGS).slice(1);
  const alone = others.map((name) => given.get(name)).find((setting) => setting !== undefined);
  if (policy === undefined) {
    if (alone !== undefined) throw new UsageError(`${alone.source}: nothing is audited without --audit-policy-file`);
    return undefined;
  }
  const webhook = readWebhook(given);
  const path = given.get('audit-log-path');
  const log = webhook === undefined || path !== undefined ? readLog(given, path) : undefined;
  return { policy: readPolicy(policy), log, webhook };
}

function readLog(given: ReadonlyMap<string, Given>, path: Given | undefined): AuditLogConfig {
  const age = given.get('audit-log-maxage');
  return {
    path: path && resolve(path.text),
    maxBytes: wholeNumber(given.get('audit-log-maxsize'), 100, 1) * MEGABYTE,
    maxBackups: wholeNumber(given.get('audit-log-maxbackup'), 10, 0),
    maxAgeMs: age === undefined ? Number.POSITIVE_INFINITY : wholeNumber(age, 1, 1) * DAY_MS,
    mode: modeOf(given.get('audit-log-mode'), 'blocking'),
  };
}

function readWebhook(given: ReadonlyMap<string, Given>): AuditWebhookConfig | undefined {
  const kubeconfig = given.get('audit-webhook-config-file');
  const mode = given.get('audit-webhook-mode');
  const buffer = given.get('audit-webhook-batch-buffer-size');
  const alone = mode ?? buffer;
  if (kubeconfig === undefined) {
    if (alone === undefined) return undefined;
    throw new UsageError(`${alone.source}: there is no receiver without --audit-webhook-config-file`);
  }
  return {
    kubeconfig: resolve(kubeconfig.text),
    mode: modeOf(mode, 'batch'),
    bufferSize: wholeNumber(buffer, BUFFER_SIZE, 1),
  };
}

function readPolicy(given: Given): AuditPolicy {
  let document: unknown;
  try {
    document = parseYaml(readFileSync(given.text, 'utf8'));
  } catch (error) {
    throw new UsageError(
      `${given.source}: cannot read ${given.text}: ${error instanceof Error ? error.message : error}`,
    );
  }
  try {
    return parseAuditPolicy(document);
  } catch (error) {
    if (error instanceof AuditPolicyError) throw new UsageError(`${given.source}: ${given.text}: ${error.message}`);
    throw error;
  }
}

function modeOf(given: Given | undefined, otherwise: AuditMode): AuditMode {
  const text = given?.text ?? otherwise;
  if (text === 'batch' || text === 'blocking' || text === 'blocking-strict') return text;
  throw new UsageError(`${given?.source}: "${text}" is not a mode; use batch, blocking or blocking-strict`);
}

/** What opening an audit needs; it is closed with `closing`. */
interface AuditMeans extends Pick<Surroundings, 'clock' | 'log' | 'random'> {
  readonly closing: Closing;
}

/** Opens where an audit is written. `credentials` are kinds, as `GROUP/PLURAL`, whose bodies are told at no level. */
export async function openAudit(
  config: AuditConfig | undefined,
  directory: string,
  credentials: readonly string[],
  means: AuditMeans,
): Promise<{ readonly audit?: AuditOptions }> {
  if (config === undefined) return {};
  const sinks: AuditSink[] = [];
  if (config.log !== undefined) sinks.push(await openLog(config.log, directory, means));
  if (config.webhook !== undefined) sinks.push(await openWebhook(config.webhook, means));
  return { audit: { policy: config.policy, sinks, credentials } };
}

async function openLog(config: AuditLogConfig, directory: string, means: AuditMeans): Promise<AuditSink> {
  const { clock, log, closing } = means;
  const { mode, path = join(directory, 'audit.log'), ...kept } = config;
  const { AuditLogFile, BatchSink, BlockingSink, LOG_BATCHES } = await import('@drover/apiserver');
  const file = await AuditLogFile.open({ path, ...kept, clock, log }).catch((error: unknown) => {
    throw new UsageError(`--audit-log-path: ${error instanceof Error ? error.message : error}`);
  });
  closing.use(file);
  if (mode !== 'batch') return new BlockingSink('log', mode === 'blocking-strict', file);
  return closing.use(new BatchSink('log', file, LOG_BATCHES, clock));
}

async function openWebhook(config: AuditWebhookConfig, means: AuditMeans): Promise<AuditSink> {
  const { clock, log, random, closing } = means;
  const { mode, bufferSize } = config;
  const access = await loadKubeconfig(config.kubeconfig).catch((error: unknown) => {
    if (error instanceof KubeconfigError) throw new UsageError(`--audit-webhook-config-file: ${error.message}`);
    throw error;
  });
  const { origin, pathname, search } = new URL(access.server);
  const transport = closing.use(httpsTransport({ ...access, server: origin }));
  const post = async (body: Uint8Array, signal: AbortSignal): Promise<number> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await transport.send({ method: 'POST', path: `${pathname}${search}`, headers, body, signal });
    // What it says is not looked at; the connection is used again once that was read.
    for await (const _ of answer.body);
    return answer.status;
  };
  const { AuditWebhook, BatchSink, BlockingSink, WEBHOOK_BATCHES } = await import('@drover/apiserver');
  const webhook = new AuditWebhook({ post, initialBackoffMs: INITIAL_BACKOFF_MS, clock, random, log });
  if (mode !== 'batch') return new BlockingSink('webhook', mode === 'blocking-strict', webhook);
  return closing.use(new BatchSink('webhook', webhook, { ...WEBHOOK_BATCHES, bufferSize }, clock));
}
