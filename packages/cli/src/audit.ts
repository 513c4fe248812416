import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { AuditOptions } from '@drover/apiserver';
// Not from the whole of the API server, which is loaded while the store's thread reads its file.
import { type AuditPolicy, AuditPolicyError, parseAuditPolicy } from '@drover/apiserver/audit-policy';
import type { Closing } from '@drover/kit';
import { parse as parseYaml } from 'yaml';
import type { Given, Settings } from './settings.js';
import type { Surroundings } from './surroundings.js';
import { UsageError } from './usage-error.js';

/** What is audited, and where that is written. */
export interface AuditConfig {
  readonly policy: AuditPolicy;
  /** Default: `audit.log` beside the state of the side that is audited. */
  readonly path: string | undefined;
  readonly maxBytes: number;
  readonly maxBackups: number;
  /** Requests that cannot be audited are refused. */
  readonly strict: boolean;
}

const MEGABYTE = 1024 * 1024;

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
  'audit-log-mode': {
    value: 'MODE',
    help: 'blocking, or blocking-strict to refuse requests that cannot be audited (default blocking)',
  },
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
  const path = given.get('audit-log-path');
  return {
    policy: readPolicy(policy),
    path: path && resolve(path.text),
    maxBytes: wholeNumber(given.get('audit-log-maxsize'), 100, 1) * MEGABYTE,
    maxBackups: wholeNumber(given.get('audit-log-maxbackup'), 10, 0),
    strict: isStrict(given.get('audit-log-mode')),
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

function wholeNumber(given: Given | undefined, otherwise: number, least: number): number {
  if (given === undefined) return otherwise;
  if (!/^\d{1,6}$/.test(given.text) || Number(given.text) < least) {
    throw new UsageError(`${given.source}: "${given.text}" is not a whole number from ${least} to 999999`);
  }
  return Number(given.text);
}

function isStrict(given: Given | undefined): boolean {
  if (given === undefined || given.text === 'blocking') return false;
  if (given.text === 'blocking-strict') return true;
  throw new UsageError(`${given.source}: "${given.text}" is not a mode; use blocking or blocking-strict`);
}

/** Opens the log of an audit. `credentials` are kinds, as `GROUP/PLURAL`, whose bodies are told at no level. */
export async function openAudit(
  config: AuditConfig | undefined,
  directory: string,
  credentials: readonly string[],
  { clock, log }: Pick<Surroundings, 'clock' | 'log'>,
  closing: Closing,
): Promise<{ readonly audit?: AuditOptions }> {
  if (config === undefined) return {};
  const { policy, path = join(directory, 'audit.log'), maxBytes, maxBackups, strict } = config;
  const { AuditLogFile } = await import('@drover/apiserver');
  const sink = await AuditLogFile.open({ path, maxBytes, maxBackups, clock, log }).catch((error: unknown) => {
    throw new UsageError(`--audit-log-path: ${error instanceof Error ? error.message : error}`);
  });
  closing.use(sink);
  return { audit: { policy, sink, strict, credentials } };
}
