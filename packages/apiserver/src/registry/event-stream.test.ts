import { describe, expect, it } from 'vitest';
import { EventStream } from './event-stream.js';

const BOUNDS = { lines: 3, bytes: 100 };
const line = (text: string): Buffer => Buffer.from(`${text}\n`);

function open(bounds = BOUNDS) {
  const overflows: number[] = [];
  return { stream: new EventStream(bounds, () => overflows.push(1)), overflows };
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
