import { FakeClock, silentLog } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { auditEvent } from '../testing/audit-event.js';
import { AuditWebhook } from './webhook.js';

/** A receiver that answers with one status after another, or not at all. */
function receiver(...answers: readonly (number | 'refused' | 'silent')[]) {
  const clock = new FakeClock();
  const received: { readonly kind: string; readonly items: readonly { readonly auditID: string }[] }[] = [];
  const webhook = new AuditWebhook({
    post: async (document, signal) => {
      const answer = answers[received.length] ?? 200;
      received.push(JSON.parse(Buffer.from(document).toString()));
      if (answer === 'refused') throw new Error('connection refused');
      if (answer !== 'silent') return answer;
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
    initialBackoffMs: 1000,
    clock,
    random: (length) => new Uint8Array(length),
    log: silentLog,
  });
  return { clock, received, webhook };
}
const events = [auditEvent('a'), auditEvent('b')];
const lines = events.map((event) => JSON.stringify(event));
const patient = new AbortController().signal;

describe('an audit webhook', () => {
  it('sends events as one list of audit.k8s.io/v1', async () => {
    const { received, webhook } = receiver();
    expect(await webhook.deliver(lines, patient)).toBe(true);
    expect(received).toEqual([{ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items: events }]);
  });

  it('tries again, after longer and longer, until the receiver takes them', async () => {
    const { clock, received, webhook } = receiver('refused', 503, 200);
    const delivered = webhook.deliver(lines, patient);
    await clock.advance(0);
    await clock.advance(499);
    expect(received).toHaveLength(1);
    await clock.advance(1);
    expect(received).toHaveLength(2);
    await clock.advance(1000);
    expect([await delivered, received.length]).toEqual([true, 3]);
  });

  it('gives up after five attempts, and on a receiver that says nothing after half a minute each', async () => {
    const { clock, received, webhook } = receiver(500, 'silent', 500, 500, 500);
    const delivered = webhook.deliver(lines, patient);
    await clock.advance(0);
    await clock.advance(60_000);
    expect([await delivered, received.length]).toEqual([false, 5]);
  });

  it('tries only once when there is no more time', async () => {
    const { received, webhook } = receiver(500);
    expect(await webhook.deliver(lines, AbortSignal.abort())).toBe(false);
    expect(received).toHaveLength(1);
  });
});
