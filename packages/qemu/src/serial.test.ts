import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { FakeClock, systemClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { HISTORY_BYTES, SerialConsole, TooManyViewers, ViewerStalled } from './serial.js';
import { connection } from './testing/fixture.js';

function console(past = ''): { console: SerialConsole; guest: Duplex; recorded: string[] } {
  const [line, guest] = connection();
  const recorded: string[] = [];
  const console = new SerialConsole(Buffer.from(past), (chunk) => recorded.push(String(chunk)), systemClock);
  console.attach(line);
  return { console, guest, recorded };
}

/** What comes next, all that is there at once. */
async function said(stream: Duplex): Promise<string> {
  while (stream.readableLength === 0) await once(stream, 'readable');
  return String(stream.read());
}

describe('a serial console', () => {
  it('shows every viewer what the guest says, and records it', async () => {
    const { console: serial, guest, recorded } = console();
    const viewers = [serial.open(), serial.open()];
    guest.write('login: ');
    expect(await Promise.all(viewers.map(said))).toEqual(['login: ', 'login: ']);
    expect(recorded).toEqual(['login: ']);
  });

  it('shows a new viewer what was said before, and by earlier processes', async () => {
    const { console: serial, guest } = console('before\n');
    const first = serial.open();
    expect(await said(first)).toBe('before\n');
    guest.write('now\n');
    await said(first);
    expect(await said(serial.open())).toBe('before\nnow\n');
  });

  it('begins a long history with a whole line', async () => {
    const line = `${'x'.repeat(99)}\n`;
    const { console: serial } = console(line.repeat(HISTORY_BYTES / 50));
    const shown = await said(serial.open());
    expect(shown.length).toBeLessThanOrEqual(HISTORY_BYTES);
    expect(shown.slice(0, 100)).toBe(line);
  });

  it('gives the guest what any viewer types', async () => {
    const { console: serial, guest } = console();
    serial.open().write('a');
    serial.open().write('b');
    let typed = '';
    while (typed.length < 2) typed += await said(guest);
    expect(typed).toBe('ab');
  });

  it('lets a viewer go that does not read, and nobody else', async () => {
    const { console: serial, guest } = console();
    const [stalled, reader] = [serial.open(), serial.open()];
    const ended = once(stalled, 'error');
    let read = 0;
    reader.on('data', (chunk: Buffer) => {
      read += chunk.length;
    });
    for (let sent = 0; sent < 40; sent += 1) await new Promise((done) => guest.write(Buffer.alloc(32 * 1024), done));
    expect((await ended)[0]).toBeInstanceOf(ViewerStalled);
    guest.end();
    await serial.finish();
    expect(read).toBe(40 * 32 * 1024);
  });

  it('takes so many viewers and no more, and another when one leaves', async () => {
    const { console: serial } = console();
    const viewers = Array.from({ length: 32 }, () => serial.open());
    expect(() => serial.open()).toThrow(TooManyViewers);
    viewers[0]?.destroy();
    await once(viewers[0]!, 'close');
    serial.open();
  });

  it('lets viewers read to the end when the machine is gone', async () => {
    const { console: serial } = console('last words\n');
    const viewer = serial.open();
    serial[Symbol.dispose]();
    expect(await text(viewer)).toBe('last words\n');
  });

  it('shows the last words of a guest that is gone', async () => {
    const { console: serial, guest } = console();
    const shown = text(serial.open());
    guest.write('Power');
    guest.end(' down.\n');
    await serial.finish();
    expect(await shown).toBe('Power down.\n');
  });

  it('shows the many small writes of a busy guest together, and the first after a silence at once', async () => {
    const clock = new FakeClock();
    const [line, guest] = connection();
    const recorded: string[] = [];
    const serial = new SerialConsole(Buffer.alloc(0), (chunk) => recorded.push(String(chunk)), clock);
    serial.attach(line);
    for (const byte of 'login:') {
      guest.write(byte);
      await new Promise((settled) => setImmediate(settled));
    }
    expect(recorded).toEqual(['l']);
    await clock.advance(4);
    expect(recorded).toEqual(['l', 'ogin:']);
  });

  it('throws away what is typed while there is no line', async () => {
    const serial = new SerialConsole(Buffer.alloc(0), () => {}, systemClock);
    await new Promise((done) => serial.open().write('x', done));
  });
});
