import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent, AuditSink } from '@drover/apiserver';
import { parseAuditPolicy } from '@drover/apiserver/audit-policy';
import { createTestAuthority } from '@drover/client/testing';
import { Closing, silentLog, systemClock } from '@drover/kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAudit } from './audit.js';

let closing: Closing;
let directory: string;
beforeEach(() => {
  closing = new Closing();
  directory = mkdtempSync(join(tmpdir(), 'drover-audit-'));
  closing.defer(() => rmSync(directory, { recursive: true }));
});
afterEach(() => closing[Symbol.asyncDispose]());

const policy = parseAuditPolicy({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [{ level: 'Metadata' }] });
const event: AuditEvent = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'Metadata',
  auditID: 'a',
  stage: 'ResponseComplete',
  requestURI: '/',
  verb: 'get',
  user: {},
  requestReceivedTimestamp: '',
  stageTimestamp: '',
};

/** A receiver over TLS that knows its callers by a token: its kubeconfig, and what it got. */
async function receiver(): Promise<{ readonly kubeconfig: string; readonly received: unknown[] }> {
  const authority = await createTestAuthority();
  const received: unknown[] = [];
  const server = createServer(await authority.issue('127.0.0.1'), async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { url, headers } = request;
    received.push({ url, caller: headers.authorization, document: JSON.parse(Buffer.concat(chunks).toString()) });
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.defer(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const kubeconfig = join(directory, 'receiver.yaml');
  writeFileSync(
    kubeconfig,
    `current-context: default
contexts: [{ name: default, context: { cluster: receiver, user: drover } }]
clusters:
  - name: receiver
    cluster:
      server: https://127.0.0.1:${port}/audit?cluster=a
      certificate-authority-data: ${Buffer.from(authority.ca).toString('base64')}
users: [{ name: drover, user: { token: known } }]
`,
  );
  return { kubeconfig, received };
}

async function sinkOf(mode: 'batch' | 'blocking', kubeconfig: string): Promise<AuditSink> {
  const config = { policy, log: undefined, webhook: { kubeconfig, mode, bufferSize: 10 } };
  const means = { clock: systemClock, log: silentLog, random: (length: number) => new Uint8Array(length), closing };
  const { audit } = await openAudit(config, directory, [], means);
  const [sink] = audit?.sinks ?? [];
  if (sink === undefined) throw new Error('no sink was opened');
  return sink;
}

describe('an audit with a receiver', () => {
  const sent = (...items: readonly AuditEvent[]): object => ({
    url: '/audit?cluster=a',
    caller: 'Bearer known',
    document: { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items },
  });

  it('sends each event to where the kubeconfig says before its request goes on, where that is to wait', async () => {
    const { kubeconfig, received } = await receiver();
    const sink = await sinkOf('blocking', kubeconfig);
    expect(await sink.write(event)).toBe(true);
    expect(received).toEqual([sent(event)]);
  });

  it('sends what still waits when it closes', async () => {
    const { kubeconfig, received } = await receiver();
    const opened = closing;
    closing = new Closing();
    closing.defer(() => opened[Symbol.asyncDispose]());
    const sink = await sinkOf('batch', kubeconfig);
    await Promise.all([sink.write(event), sink.write(event)]);
    await closing[Symbol.asyncDispose]();
    expect(received).toEqual([sent(event, event)]);
  });

  it('is refused for a kubeconfig that is none, in one sentence', async () => {
    await expect(sinkOf('batch', join(directory, 'absent'))).rejects.toThrow('--audit-webhook-config-file: ');
  });
});
