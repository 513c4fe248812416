import { once } from 'node:events';
import { createServer } from 'node:http';
import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { YamlThread } from './yaml-thread.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);

/** A thread whose program answers as told. */
const running = (code: string): URL => new URL(`data:text/javascript,${encodeURIComponent(code)}`);
const SILENT = running(`import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => {});`);

describe('the thread that reads YAML', () => {
  it('tells what a body says, and what it says twice', async () => {
    const read = await new YamlThread().read(bytes('a: 1\nb: [x, yes]\na: 2\n'));
    expect(read).toEqual({ value: { a: 2, b: ['x', true] }, duplicates: ['line 3: key "a" already set in map'] });
  });

  it.each([
    ['no YAML', 'a: [1', /^error converting YAML to JSON: yaml: line/],
    ['nested too deep', '['.repeat(600), /deeper than 500 levels/],
    ['an alias bomb', `a: &a [${'x,'.repeat(999)}x]\nb: [${'*a,'.repeat(999)}*a]\n`, /alias/],
  ])('refuses what is %s as any reader does', async (_what, text, message) => {
    await expect(new YamlThread().read(bytes(text))).rejects.toMatchObject({
      reason: 'BadRequest',
      message: expect.stringMatching(message),
    });
  });

  it('reads in the order of asking', async () => {
    const thread = new YamlThread();
    const told: unknown[] = [];
    await Promise.all([1, 2, 3].map(async (n) => told.push((await thread.read(bytes(`at: ${n}`))).value)));
    expect(told).toEqual([{ at: 1 }, { at: 2 }, { at: 3 }]);
  });

  it('gives up what takes too long, and reads the next all the same', async () => {
    const clock = new FakeClock();
    const thread = new YamlThread(SILENT, clock);
    const endless = Promise.allSettled([thread.read(bytes('a: 1')), thread.read(bytes('b: 1'))]);
    await clock.advance(10_000);
    await clock.advance(10_000);
    const refused = { reason: { code: 413, message: 'the YAML body took more than 10 s to read: send it as JSON' } };
    expect(await endless).toMatchObject([refused, refused]);
  });

  it('takes no more than sixteen that wait', async () => {
    const clock = new FakeClock();
    const thread = new YamlThread(SILENT, clock);
    const waiting = Array.from({ length: 17 }, () => thread.read(bytes('a: 1')).catch(() => 'given up'));
    await expect(thread.read(bytes('a: 1'))).rejects.toMatchObject({ code: 429, details: { retryAfterSeconds: 1 } });
    await clock.advance(17 * 10_000);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['given up']));
  });

  it('tells whoever waits when it breaks, and starts again', async () => {
    const thread = new YamlThread(running(`throw new Error('broken');`));
    await expect(thread.read(bytes('a: 1'))).rejects.toThrow('broken');
    await expect(thread.read(bytes('a: 1'))).rejects.toThrow('broken');
  });

  it('ends when nobody needs it, and is there again for whoever comes', async () => {
    const clock = new FakeClock();
    const thread = new YamlThread(undefined, clock);
    await thread.read(bytes('a: 1'));
    await clock.advance(30_000);
    expect((await thread.read(bytes('a: 2'))).value).toEqual({ a: 2 });
  });

  it('lets everybody else go on meanwhile', async () => {
    const text = `a: [${'1,'.repeat(500_000)}1]`;
    const server = createServer((_request, response) => response.end('here')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    let over = false;
    const reading = new YamlThread().read(bytes(text)).finally(() => {
      over = true;
    });
    await fetch(`http://127.0.0.1:${port}/`);
    expect(over).toBe(false);
    await reading;
    server.close();
  });
});
