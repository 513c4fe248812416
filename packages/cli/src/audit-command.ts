import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isJsonObject } from '@drover/api';
import { httpsTransport } from '@drover/client';
import {
  type AuditEvent,
  AuditQueryError,
  parseAuditEvent,
  parseAuditFilter,
  parseLimit,
  readAudit,
} from '@drover/manager';
import type { AuditCommandConfig } from './config.js';
import { readableAudit } from './management-audit.js';
import type { Surroundings } from './surroundings.js';
import { UsageError } from './usage-error.js';

/** Events that are printed without `--limit`, and with it at most. */
const LIMITS = { byDefault: 100, most: 100_000 } as const;
/** What the server gives in one page. */
const PAGE = 1_000;

/**
 * `drover audit`: who did what through the management side, the newest first. Read from the server's directory, whether it runs or not,
 * or with `--server` asked of a server.
 *
 * @throws UsageError for a question that cannot be asked.
 */
export async function runAudit(config: AuditCommandConfig, { print, signal }: Surroundings): Promise<void> {
  const write = config.output === 'json' ? JSON.stringify : inWords;
  let left = limitOf(config);
  for await (const event of config.server === undefined
    ? fromFiles(config)
    : fromServer(config, config.server, signal)) {
    print(write(event));
    left -= 1;
    if (left === 0 || signal.aborted) return;
  }
}

async function* fromFiles({ dataDir, ...config }: AuditCommandConfig): AsyncGenerator<AuditEvent> {
  const directory = join(dataDir, 'server');
  if (!existsSync(directory)) throw new UsageError(`--data-dir: ${dataDir} holds no server’s state; or give --server`);
  const log = readableAudit(directory);
  const filter = asked(() => parseAuditFilter((parameter) => config.filter.get(parameter)));
  for (let page = await readAudit(log, filter, PAGE); ; page = await readAudit(log, filter, PAGE, page.next)) {
    yield* page.events;
    if (page.next === undefined) return;
  }
}

async function* fromServer(
  config: AuditCommandConfig,
  { url, token, caFile }: NonNullable<AuditCommandConfig['server']>,
  signal: AbortSignal,
): AsyncGenerator<AuditEvent> {
  const ca = caFile === undefined ? {} : { ca: await readFile(caFile, 'utf8') };
  await using transport = httpsTransport({ server: url, ...ca });
  let next: string | undefined;
  do {
    const query = new URLSearchParams([...config.filter]);
    query.set('limit', String(Math.min(limitOf(config), PAGE)));
    if (next !== undefined) query.set('continue', next);
    const headers = { authorization: `Bearer ${token.reveal()}`, accept: 'application/json' };
    const { status, body } = await transport.send({ method: 'GET', path: `/v1/audit?${query}`, headers, signal });
    const page = await pageOf(status, body);
    yield* page.events;
    next = page.next;
  } while (next !== undefined);
}

async function pageOf(
  status: number,
  body: AsyncIterable<Uint8Array>,
): Promise<{ readonly events: readonly AuditEvent[]; readonly next: string | undefined }> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const document: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  const { message, data, pagination } = isJsonObject(document) ? document : {};
  if (status !== 200) throw new Error(`the server refuses with ${status}: ${message ?? 'it does not say why'}`);
  const next = isJsonObject(pagination) ? pagination['continue'] : undefined;
  return {
    events: (Array.isArray(data) ? data : []).flatMap((each) => parseAuditEvent(JSON.stringify(each)) ?? []),
    next: typeof next === 'string' ? next : undefined,
  };
}

/** One line for a person. */
function inWords({
  time,
  user,
  attempted,
  from,
  method,
  path,
  query,
  status,
  stage,
  outcome,
  reason,
}: AuditEvent): string {
  const who = user === undefined ? (attempted === undefined ? '-' : `(${attempted})`) : user.name || user.id;
  const action = query?.['action'] === undefined ? '' : `?action=${query['action']}`;
  const ended = status === undefined ? stage : `${status} ${outcome}`;
  return printable(
    `${time}  ${who}  ${from}  ${method} ${path}${action}  ${ended}${reason === undefined ? '' : `: ${reason}`}`,
  );
}

/** `text` on one line, and with nothing in it that a terminal obeys: names and reasons have words in them that others chose. */
const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) => `\\u{${sign.codePointAt(0)?.toString(16) ?? ''}}`);

const limitOf = ({ filter: _, limit }: AuditCommandConfig): number =>
  asked(() => parseLimit(limit, LIMITS.byDefault, LIMITS.most));

function asked<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof AuditQueryError) throw new UsageError(`--${error.parameter}: ${error.message}`);
    throw error;
  }
}
