import type { Duplex } from 'node:stream';
import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { QmpClient, QmpClosed, QmpError, type QmpEvent, QmpTimeout } from './qmp.js';
import { connection } from './testing/fixture.js';

const GREETING = '{"QMP":{"version":{},"capabilities":[]}}\n';

/** A monitor that is out of negotiation mode, and QEMU's end of it. */
async function open(clock = new FakeClock()): Promise<{ qmp: QmpClient; qemu: Duplex; asked: () => Promise<Asked> }> {
  const [ours, qemu] = connection();
  const asked = async (): Promise<Asked> => {
    let line = '';
    while (!line.endsWith('\n')) {
      line += String(qemu.read() ?? '');
      if (!line.endsWith('\n')) await new Promise((resolve) => qemu.once('readable', resolve));
    }
    return JSON.parse(line);
  };
  const opening = QmpClient.open(ours, clock);
  qemu.write(GREETING);
  qemu.write(`{"return":{},"id":${(await asked()).id}}\n`);
  return { qmp: await opening, qemu, asked };
}
interface Asked {
  readonly execute: string;
  readonly id: number;
}

describe('the machine protocol', () => {
  it('gives each answer to its question, whatever the order', async () => {
    const { qmp, qemu } = await open();
    const answers = Promise.all([qmp.execute('first'), qmp.execute('second')]);
    qemu.write('{"return":"two","id":3}\r\n{"return":"one","id":2}\r\n');
    expect(await answers).toEqual(['one', 'two']);
  });

  it('puts together what arrives in pieces', async () => {
    const { qmp, qemu } = await open();
    const answer = qmp.execute('query-name');
    for (const byte of '{"return":{"name":"ü"},"id":2}\n') qemu.write(byte);
    expect(await answer).toEqual({ name: 'ü' });
  });

  it("throws QEMU's refusal with its class", async () => {
    const { qmp, qemu } = await open();
    const answer = qmp.execute('nothing');
    qemu.write('{"error":{"class":"CommandNotFound","desc":"The command nothing has not been found"},"id":2}\n');
    await expect(answer).rejects.toThrow(
      new QmpError('nothing', 'CommandNotFound', 'The command nothing has not been found'),
    );
  });

  it('tells events between answers, with the time QEMU saw them', async () => {
    const { qmp, qemu } = await open();
    const event = new Promise<QmpEvent>((resolve) => qmp.onEvent(resolve));
    qemu.write('{"event":"RESET","data":{"guest":true},"timestamp":{"seconds":1795173184,"microseconds":550018}}\n');
    const { name, data, at } = await event;
    expect([name, data.boolean('guest'), at]).toEqual(['RESET', true, 1_795_173_184_550]);
  });

  it('gives up a question that is not answered, and ignores the answer that comes late', async () => {
    const clock = new FakeClock();
    const { qmp, qemu } = await open(clock);
    const late = qmp.execute('slow', undefined, 100);
    const refused = expect(late).rejects.toThrow(QmpTimeout);
    await clock.advance(100);
    await refused;
    qemu.write('{"return":"late","id":2}\n');
    const next = qmp.execute('next');
    qemu.write('{"return":"next","id":3}\n');
    expect(await next).toBe('next');
    expect(clock.waiting).toBe(0);
  });

  it('fails every open question when QEMU goes away, and every later one', async () => {
    const { qmp, qemu } = await open();
    const open1 = expect(qmp.execute('one')).rejects.toThrow(QmpClosed);
    qemu.destroy();
    await open1;
    await qmp.closed;
    await expect(qmp.execute('two')).rejects.toThrow(QmpClosed);
  });

  it.each([
    ['a line without end', Buffer.alloc(5 * 1024 * 1024, 'a')],
    ['a line that is not JSON', 'hello\n'],
    ['a list', '[]\n'],
    ['an event without a name', '{"event":1}\n'],
  ])('ends the connection at %s', async (_name, bytes) => {
    const { qmp, qemu } = await open();
    const failed = expect(qmp.execute('one')).rejects.toThrow(QmpClosed);
    qemu.write(bytes);
    await failed;
    await qmp.closed;
  });

  it('refuses more questions at once than it can keep', async () => {
    const { qmp } = await open();
    const kept = Array.from({ length: 64 }, () => qmp.execute('one').catch(() => {}));
    await expect(qmp.execute('one')).rejects.toThrow('64 commands wait');
    qmp[Symbol.dispose]();
    await Promise.all(kept);
  });

  it('does not wait for ever for a greeting', async () => {
    const clock = new FakeClock();
    const [ours] = connection();
    const opening = expect(QmpClient.open(ours, clock, 50)).rejects.toThrow(QmpTimeout);
    await clock.advance(50);
    await opening;
    expect(ours.destroyed).toBe(true);
  });
});
