import type { Duplex } from 'node:stream';
import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { AgentError, AgentTimeout, AgentUnavailable, GuestAgent } from './agent.js';
import { UnexpectedReply } from './json.js';
import { connection } from './testing/fixture.js';

type Answer = (question: { execute: string; arguments?: { id?: number } }, line: Duplex) => void;

/** An agent that answers the sync as it should and everything else by `answer`. */
function agentThat(answer: Answer, clock = new FakeClock()): { agent: GuestAgent; connections: () => number } {
  let connections = 0;
  const connect = async (): Promise<Duplex> => {
    connections += 1;
    const [ours, guest] = connection();
    guest.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString('latin1').replaceAll('\xff', '').split('\n')) {
        if (line === '') continue;
        const question = JSON.parse(line);
        if (question.execute === 'guest-sync-delimited') {
          guest.write(Buffer.from([0xff]));
          guest.write(`{"return":${question.arguments.id}}\n`);
        } else {
          answer(question, guest);
        }
      }
    });
    return ours;
  };
  const random = (length: number): Uint8Array => new Uint8Array(length).fill(connections);
  return { agent: new GuestAgent({ connect, present: () => true, clock, random }), connections: () => connections };
}

const saying = (value: unknown): Answer => {
  return (_question, line) => line.write(`${JSON.stringify({ return: value })}\n`);
};

describe('the guest agent', () => {
  it('is unavailable while nobody in the guest has opened the channel', async () => {
    const connect = (): Promise<Duplex> => Promise.reject(new Error('must not be called'));
    const agent = new GuestAgent({
      connect,
      present: () => false,
      clock: new FakeClock(),
      random: (n) => new Uint8Array(n),
    });
    await expect(agent.ping()).rejects.toThrow(AgentUnavailable);
  });

  it('is asked one question at a time on one connection', async () => {
    const { agent, connections } = agentThat((question, line) => line.write(`{"return":"${question.execute}"}\n`));
    const answers = await Promise.all([agent.execute('a'), agent.execute('b'), agent.execute('c')]);
    expect([answers, connections()]).toEqual([['a', 'b', 'c'], 1]);
  });

  it('finds into step behind what an earlier conversation left in the channel', async () => {
    const clock = new FakeClock();
    const [ours, guest] = connection();
    const agent = new GuestAgent({
      connect: async () => ours,
      present: () => true,
      clock,
      random: (n) => new Uint8Array(n),
    });
    guest.write('half an answer"}\n{"return":17}\n{"ret');
    guest.on('data', (chunk: Buffer) => {
      if (chunk.includes('guest-sync'))
        guest.write(Buffer.concat([Buffer.from([0xff]), Buffer.from('{"return":0}\n')]));
      if (chunk.includes('guest-ping')) guest.write('{"return":{}}\n');
    });
    await agent.ping();
  });

  it('says what the agent refused', async () => {
    const { agent } = agentThat((_question, line) =>
      line.write('{"error":{"class":"GenericError","desc":"disabled"}}\n'),
    );
    await expect(agent.osInfo()).rejects.toThrow(new AgentError('guest-get-osinfo: disabled'));
  });

  it('is given up when it does not answer, and asked anew on a new connection', async () => {
    const clock = new FakeClock();
    let silent = true;
    const { agent, connections } = agentThat((_question, line) => {
      if (!silent) line.write('{"return":"thawed"}\n');
    }, clock);
    const late = expect(agent.freezeStatus()).rejects.toThrow(AgentTimeout);
    while (connections() === 0 || clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(10_000);
    await late;
    silent = false;
    expect([await agent.freezeStatus(), connections()]).toEqual(['thawed', 2]);
  });

  it.each<[string, Answer]>([
    ['closes', (_question, line) => line.destroy()],
    ['sends a line without end', (_question, line) => line.write(Buffer.alloc(2 * 1024 * 1024, 'a'))],
    ['sends what is not JSON', (_question, line) => line.write('hello\n')],
  ])('fails the question when it %s', async (_name, answer) => {
    const { agent } = agentThat(answer);
    await expect(agent.ping()).rejects.toThrow();
  });

  it.each(['x', null, 7, [{ name: 1 }], [{ name: 'eth0', 'ip-addresses': 'none' }]])(
    'does not believe a list of cards that is %j',
    async (value) => {
      await expect(agentThat(saying(value)).agent.interfaces()).rejects.toThrow(UnexpectedReply);
    },
  );

  it('takes only so much of a list, and of a text', async () => {
    const { agent } = agentThat(saying(Array.from({ length: 5_000 }, () => ({ user: 'a', 'login-time': 1.5 }))));
    const users = await agent.users();
    expect([users.length, users[0]]).toEqual([256, { user: 'a', loginAt: 1500 }]);
    expect(await agentThat(saying({ 'host-name': 'x'.repeat(100_000) })).agent.hostName()).toHaveLength(256);
  });

  it('counts as having obeyed a shutdown that it does not answer', async () => {
    const clock = new FakeClock();
    const { agent, connections } = agentThat(() => {}, clock);
    const asked = agent.shutdown('powerdown');
    while (connections() === 0 || clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(10_000);
    await asked;
  });
});
