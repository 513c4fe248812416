import { type ApiRequest, type Identity, notFound } from '@drover/api';
import { systemClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { type Handle, inProcessTransport } from './in-process-transport.js';
import { createClient } from './rest-client.js';
import { widgets } from './testing/conformance.js';

const jane: Identity = { name: 'jane', groups: [], extra: {} };

const client = (handle: Handle) => createClient(inProcessTransport(handle, jane), { clock: systemClock });

describe('a transport inside of one process', () => {
  it('hands over the request as it is, with the identity', async () => {
    const seen: { request?: ApiRequest; identity?: Identity } = {};
    await client(async (request, identity) => {
      Object.assign(seen, { request, identity });
      return { status: 200, headers: {}, body: Buffer.from('{"metadata":{"name":"a"}}') };
    }).get(widgets, { namespace: 'default', name: 'a' });
    expect(seen.request).toMatchObject({
      method: 'GET',
      url: '/apis/conformance.drover.io/v1/namespaces/default/widgets/a',
    });
    expect(seen.identity).toBe(jane);
  });

  it('gives a thrown refusal the form it has over the network', async () => {
    const failing = client(async () => {
      throw notFound(widgets, 'a');
    });
    await expect(failing.get(widgets, { namespace: 'default', name: 'a' })).rejects.toMatchObject({
      reason: 'NotFound',
      code: 404,
    });
  });

  it("does not show a bug's own words", async () => {
    const failing = client(async () => {
      throw new Error('password is hunter2');
    });
    const error = await failing
      .get(widgets, { namespace: 'default', name: 'a' })
      .catch((thrown: unknown) => String(thrown));
    expect(error).not.toContain('hunter2');
  });

  it('tells the server when the reader of a stream has gone', async () => {
    let gone = false;
    const watching = client(async ({ signal }) => {
      signal.addEventListener('abort', () => {
        gone = true;
      });
      async function* body(): AsyncGenerator<Uint8Array> {
        yield Buffer.from('{"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"1"}}}\n');
        await new Promise(() => undefined);
      }
      return { status: 200, headers: {}, body: body() };
    });
    for await (const { type } of watching.watch(widgets)) {
      expect(type).toBe('ADDED');
      break;
    }
    expect(gone).toBe(true);
  });

  it('ends a silent stream when its signal aborts', async () => {
    const stop = new AbortController();
    const silent = client(async () => {
      async function* body(): AsyncGenerator<Uint8Array> {
        await new Promise(() => undefined);
        yield new Uint8Array();
      }
      return { status: 200, headers: {}, body: body() };
    });
    const reading = (async () => {
      for await (const _event of silent.watch(widgets, { signal: stop.signal, onOpen: () => stop.abort() }));
    })();
    await expect(reading).rejects.toThrow('aborted');
  });
});
