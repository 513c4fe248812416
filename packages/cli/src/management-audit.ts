import { join } from 'node:path';
// Not from the whole of the API server, which is loaded while the store's thread reads its file.
import { AuditLogFile, logLinesBackwards } from '@drover/apiserver/audit-log';
import type { Clock, Closing, Log } from '@drover/kit';
import type { AuditLevel, AuditLog } from '@drover/manager';
import type { Given, Settings } from './settings.js';
import { UsageError } from './usage-error.js';

/** How requests to the management side are told of, and how much of that is kept. */
export interface ManagementAuditConfig {
  readonly level: AuditLevel;
  readonly maxBytes: number;
  readonly maxBackups: number;
  readonly maxAgeMs: number;
}

const MEGABYTE = 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Settings of the audit of the management side. */
export const MANAGEMENT_AUDIT_SETTINGS: Settings = {
  'audit-level': {
    value: 'N',
    help: 'what drover audit tells of requests: 0 nothing, 1 who, what and the outcome, 2 bodies sent, 3 answers too (default 1)',
  },
  'audit-maxsize': { value: 'MB', help: 'size at which that log is put aside (default 100)' },
  'audit-maxbackup': { value: 'N', help: 'logs put aside that are kept (default 10)' },
  'audit-maxage': { value: 'DAYS', help: 'days for which they are kept (default: until there are too many)' },
};

/** @throws UsageError with one sentence that names the flag, variable or key. */
export function readManagementAudit(given: ReadonlyMap<string, Given>): ManagementAuditConfig {
  const level = given.get('audit-level');
  if (level !== undefined && !/^[0-3]$/.test(level.text))
    throw new UsageError(`${level.source}: "${level.text}" is not a level; use 0, 1, 2 or 3`);
  const age = given.get('audit-maxage');
  return {
    level: Number(level?.text ?? '1') as AuditLevel,
    maxBytes: wholeNumber(given.get('audit-maxsize'), 100, 1) * MEGABYTE,
    maxBackups: wholeNumber(given.get('audit-maxbackup'), 10, 0),
    maxAgeMs: age === undefined ? Number.POSITIVE_INFINITY : wholeNumber(age, 1, 1) * DAY_MS,
  };
}

/** A number that a setting gives. @throws UsageError for anything else. */
export function wholeNumber(given: Given | undefined, otherwise: number, least: number): number {
  if (given === undefined) return otherwise;
  if (!/^\d{1,6}$/.test(given.text) || Number(given.text) < least) {
    throw new UsageError(`${given.source}: "${given.text}" is not a whole number from ${least} to 999999`);
  }
  return Number(given.text);
}

/** Where the log is, under the server's own directory. */
const pathIn = (directory: string): string => join(directory, 'management-audit.log');

/** The log as it is read, also by another process than the server. */
export const readableAudit = (directory: string): Pick<AuditLog, 'read'> => ({
  read: (place) => logLinesBackwards(pathIn(directory), place),
});

/** Opens the log; it is closed with `closing`. */
export async function openManagementAudit(
  { level, ...kept }: ManagementAuditConfig,
  directory: string,
  { clock, log, closing }: { readonly clock: Clock; readonly log: Log; readonly closing: Closing },
): Promise<AuditLog> {
  const file = closing.use(await AuditLogFile.open({ path: pathIn(directory), ...kept, clock, log }));
  return { level, write: (line) => file.deliver([line]), ...readableAudit(directory) };
}
