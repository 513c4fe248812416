import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { EventStream } from './event-stream.js';

const BOUNDS = { lines: 3, bytes: 100 };
const line = (text: string): Buffer => Buffer.from(`${text}\n`);

function open(bounds = BOUNDS) {
  const overflows: number[] = [];
  return { stream: new EventStream({ bounds, onOverflow: () => overflows.push(1) }), overflows };
}

async function rest(stream: EventStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += Buffer.from(chunk).toString();
  return text;
}

describe('the lines of a watch', () => {
  it('come in order, those that wait in one piece', async () => {
    const { stream } = open();
    stream.push(line('a'));
    stream.push(line('b'));
    const reader = stream[Symbol.asyncIterator]();
    expect((await reader.next()).value.toString()).toBe('a\nb\n');
    const later = reader.next();
    stream.push(line('c'));
    expect((await later).value.toString()).toBe('c\n');
  });

  it('end after what is queued', async () => {
    const { stream } = open();
    stream.push(line('a'));
    stream.end();
    stream.push(line('late'));
    expect(await rest(stream)).toBe('a\n');
  });

  it.each([
    ['lines', ['a', 'b', 'c', 'd']],
    ['bytes', ['a'.repeat(60), 'b'.repeat(60)]],
  ])('end, and say so once, when the reader is too many %s behind', async (_, lines) => {
    const { stream, overflows } = open();
    for (const text of [...lines, 'more']) stream.push(line(text));
    expect([stream.ended, overflows.length]).toEqual([true, 1]);
    expect(await rest(stream)).toBe(
      lines
        .slice(0, -1)
        .map((text) => `${text}\n`)
        .join(''),
    );
  });

  it('may go on for ever for a reader that keeps up', async () => {
    const { stream, overflows } = open();
    const reader = stream[Symbol.asyncIterator]();
    for (let turn = 0; turn < 1_000; turn += 1) {
      stream.push(line('x'.repeat(50)));
      await reader.next();
    }
    expect(overflows).toEqual([]);
  });
});

/** A connection whose other side takes one write at a time, when told to. */
class Peer extends Writable {
  readonly taken: string[] = [];
  #next: (() => void) | undefined;

  constructor() {
    super({ highWaterMark: 4 });
  }

  override _write(chunk: Buffer, _encoding: string, next: () => void): void {
    this.taken.push(chunk.toString());
    this.#next = next;
  }

  async take(): Promise<void> {
    const next = this.#next;
    this.#next = undefined;
    next?.();
    await new Promise((turn) => setImmediate(turn));
  }
}

async function* before(...lines: string[]): AsyncGenerator<Buffer> {
  for (const text of lines) yield line(text);
}

describe('the lines of a watch that are sent to a connection', () => {
  it('go out in the moment they come while it has room', async () => {
    const { stream } = open();
    const peer = new Peer();
    const sent = stream.sendTo(peer);
    await new Promise((turn) => setImmediate(turn));
    stream.push(line('a'));
    expect(peer.taken).toEqual(['a\n']);
    stream.end();
    await sent;
    expect(peer.writableEnded).toBe(true);
  });

  it('come in order, after those of the beginning, however slow it is', async () => {
    const stream = new EventStream({ initial: before('1', '2'), bounds: BOUNDS, onOverflow: () => undefined });
    const peer = new Peer();
    stream.push(line('3'));
    const sent = stream.sendTo(peer);
    for (const text of ['4', '5', '6', '7', '8']) {
      stream.push(line(text));
      await peer.take();
      await peer.take();
    }
    stream.end();
    while (!peer.writableEnded) await peer.take();
    await sent;
    expect(peer.taken.join('').split('\n')).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '']);
  });

  it('wait for one that takes none up to the bound, which then is cut off', async () => {
    const { stream, overflows } = open();
    void stream.sendTo(new Peer());
    let pushed = 0;
    for (; !stream.ended && pushed < 100; pushed += 1) {
      stream.push(line('x'));
      await new Promise((turn) => setImmediate(turn));
    }
    expect([overflows.length, pushed < 12]).toEqual([1, true]);
  });

  it('end, and say so, when it is closed', async () => {
    const { stream } = open();
    const peer = new Peer();
    const ends: string[] = [];
    stream.onEnd(() => ends.push('ended'));
    const sent = stream.sendTo(peer);
    peer.destroy();
    await sent;
    expect([stream.ended, ends]).toEqual([true, ['ended']]);
  });
});
