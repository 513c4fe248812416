import type { Duplex } from 'node:stream';
import type { Clock, RandomBytes } from '@drover/kit';
import { Deferred } from './deferred.js';
import { objects, parseJson, Reader } from './json.js';
import { LineReader } from './lines.js';

/** No agent runs in the guest, or it went away. */
export class AgentUnavailable extends Error {
  override readonly name = 'AgentUnavailable';
}

/** The agent refused, for instance because the command is switched off in the guest. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
}

/** The agent did not answer in time. */
export class AgentTimeout extends Error {
  override readonly name = 'AgentTimeout';
}

export interface AgentInfo {
  readonly version: string;
  readonly commands: readonly { readonly name: string; readonly enabled: boolean }[];
}

export interface GuestOs {
  readonly id?: string;
  readonly name?: string;
  readonly prettyName?: string;
  readonly version?: string;
  readonly versionId?: string;
  readonly kernelRelease?: string;
  readonly kernelVersion?: string;
  readonly machine?: string;
}

export interface GuestAddress {
  readonly family: 'ipv4' | 'ipv6';
  readonly address: string;
  readonly prefix: number;
}

export interface GuestInterface {
  readonly name: string;
  readonly mac?: string;
  readonly addresses: readonly GuestAddress[];
}

export interface GuestUser {
  readonly user: string;
  readonly domain?: string;
  /** Milliseconds since the Unix epoch, by the guest's clock. */
  readonly loginAt: number;
}

export interface GuestFilesystem {
  readonly name: string;
  readonly mountPoint: string;
  readonly type: string;
  readonly usedBytes?: number;
  readonly totalBytes?: number;
  readonly disks: readonly { readonly serial?: string; readonly busType: string; readonly device?: string }[];
}

/** A question that waits for its line. */
interface Conversation {
  readonly stream: Duplex;
  answer: Deferred<Reader> | undefined;
}

/** What a guest says is not ours to trust: the longest line, list and text that are taken from it. */
const MAX_LINE = 1024 * 1024;
const MAX_LIST = 256;
const MAX_TEXT = 256;

/** How long an answer may take when the caller does not say; freezing file systems gets more. */
const ANSWER_MS = 5_000;
const FREEZE_MS = 60_000;

/** `guest-shutdown` answers only when it fails; an agent that says nothing this long is taken to have obeyed. */
const REFUSAL_MS = 1_000;

/** Precedes the answer of `guest-sync-delimited`: a byte that is never part of JSON. */
const DELIMITER = 0xff;

/**
 * The QEMU guest agent (https://www.qemu.org/docs/master/interop/qemu-ga-ref.html) on the other side of a machine's
 * agent channel. One question at a time; after an answer that did not come, the next question starts a new conversation.
 * Every method throws AgentUnavailable, AgentTimeout, AgentError, and UnexpectedReply.
 */
export class GuestAgent implements Disposable {
  #conversation: Conversation | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** `connect` opens the host's end of the channel; `present` tells whether an agent has opened the guest's end. */
  constructor(
    private readonly deps: {
      readonly connect: () => Promise<Duplex>;
      readonly present: () => boolean;
      readonly clock: Clock;
      readonly random: RandomBytes;
    },
  ) {}

  async ping(): Promise<void> {
    await this.execute('guest-ping');
  }

  async info(): Promise<AgentInfo> {
    const reply = new Reader(await this.execute('guest-info'), 'guest-info');
    return {
      version: text(reply, 'version'),
      commands: reply
        .objects('supported_commands', MAX_LIST)
        .map((command) => ({ name: text(command, 'name'), enabled: command.boolean('enabled') })),
    };
  }

  async osInfo(): Promise<GuestOs> {
    const reply = new Reader(await this.execute('guest-get-osinfo'), 'guest-get-osinfo');
    return defined({
      id: optionalText(reply, 'id'),
      name: optionalText(reply, 'name'),
      prettyName: optionalText(reply, 'pretty-name'),
      version: optionalText(reply, 'version'),
      versionId: optionalText(reply, 'version-id'),
      kernelRelease: optionalText(reply, 'kernel-release'),
      kernelVersion: optionalText(reply, 'kernel-version'),
      machine: optionalText(reply, 'machine'),
    });
  }

  async hostName(): Promise<string> {
    return text(new Reader(await this.execute('guest-get-host-name'), 'guest-get-host-name'), 'host-name');
  }

  async timezone(): Promise<{ readonly zone?: string; readonly offsetSeconds: number }> {
    const reply = new Reader(await this.execute('guest-get-timezone'), 'guest-get-timezone');
    return defined({ zone: optionalText(reply, 'zone'), offsetSeconds: reply.number('offset') });
  }

  async interfaces(): Promise<readonly GuestInterface[]> {
    const reply = await this.execute('guest-network-get-interfaces');
    return objects(reply, 'guest-network-get-interfaces', MAX_LIST).map((one) =>
      defined({
        name: text(one, 'name'),
        mac: optionalText(one, 'hardware-address'),
        addresses: (one.has('ip-addresses') ? one.objects('ip-addresses', MAX_LIST) : []).map(address),
      }),
    );
  }

  async users(): Promise<readonly GuestUser[]> {
    return objects(await this.execute('guest-get-users'), 'guest-get-users', MAX_LIST).map((one) =>
      defined({
        user: text(one, 'user'),
        domain: optionalText(one, 'domain'),
        loginAt: Math.round(one.number('login-time') * 1000),
      }),
    );
  }

  async filesystems(): Promise<readonly GuestFilesystem[]> {
    return objects(await this.execute('guest-get-fsinfo'), 'guest-get-fsinfo', MAX_LIST).map((one) =>
      defined({
        name: text(one, 'name'),
        mountPoint: text(one, 'mountpoint'),
        type: text(one, 'type'),
        usedBytes: one.optional('used-bytes', (reader, name) => reader.number(name)),
        totalBytes: one.optional('total-bytes', (reader, name) => reader.number(name)),
        disks: one.objects('disk', MAX_LIST).map((disk) =>
          defined({
            serial: optionalText(disk, 'serial'),
            busType: text(disk, 'bus-type'),
            device: optionalText(disk, 'dev'),
          }),
        ),
      }),
    );
  }

  async freezeStatus(): Promise<'thawed' | 'frozen'> {
    return (await this.execute('guest-fsfreeze-status')) === 'frozen' ? 'frozen' : 'thawed';
  }

  /** Flushes and freezes the guest's file systems; answers how many. */
  async freeze(): Promise<number> {
    return Number(await this.execute('guest-fsfreeze-freeze', undefined, FREEZE_MS));
  }

  /** Lets frozen file systems go on; answers how many. */
  async thaw(): Promise<number> {
    return Number(await this.execute('guest-fsfreeze-thaw', undefined, FREEZE_MS));
  }

  /** Asks the guest to shut down; resolves when it did not refuse, before it has done so. */
  async shutdown(mode: 'powerdown' | 'halt' | 'reboot'): Promise<void> {
    try {
      await this.execute('guest-shutdown', { mode }, REFUSAL_MS);
    } catch (error) {
      if (error instanceof AgentTimeout || error instanceof AgentUnavailable) return;
      throw error;
    }
  }

  /** Any other command; the answer is not parsed. */
  execute(command: string, args?: Readonly<Record<string, unknown>>, timeoutMs = ANSWER_MS): Promise<unknown> {
    const answer = this.#last.then(() => this.#ask(command, args, timeoutMs));
    this.#last = answer.catch(() => {});
    return answer;
  }

  /** Ends the conversation; the next question starts another. */
  [Symbol.dispose](): void {
    this.#conversation?.stream.destroy();
    this.#conversation = undefined;
  }

  async #ask(command: string, args: Readonly<Record<string, unknown>> | undefined, ms: number): Promise<unknown> {
    if (!this.deps.present()) throw new AgentUnavailable('the guest agent is not connected');
    const conversation = this.#conversation ?? (await this.#begin());
    const reply = await this.#exchange(conversation, { execute: command, ...(args ? { arguments: args } : {}) }, ms);
    if (!reply.has('error')) return reply.raw('return');
    throw new AgentError(`${command}: ${text(reply.object('error'), 'desc')}`);
  }

  /** The agent may hold half a question of an earlier conversation, and its answer: both are flushed out first. */
  async #begin(): Promise<Conversation> {
    const stream = await this.deps.connect();
    const conversation: Conversation = { stream, answer: undefined };
    this.#conversation = conversation;
    let lines: LineReader | undefined;
    const end = (error: Error): void => {
      if (this.#conversation === conversation) this.#conversation = undefined;
      conversation.answer?.reject(error);
      stream.destroy();
    };
    stream.on('data', (chunk: Buffer) => {
      try {
        const start = chunk.lastIndexOf(DELIMITER) + 1;
        if (start > 0) lines = new LineReader(MAX_LINE);
        for (const line of lines?.push(chunk.subarray(start)) ?? []) {
          conversation.answer?.resolve(new Reader(parseJson(line, 'guest agent'), 'guest agent'));
        }
      } catch (error) {
        end(error instanceof Error ? error : new Error(String(error)));
      }
    });
    stream.on('error', (error) => end(new AgentUnavailable(error.message)));
    stream.on('close', () => end(new AgentUnavailable('the agent channel closed')));
    const id = Buffer.from(this.deps.random(4)).readUInt32BE();
    const sync = { execute: 'guest-sync-delimited', arguments: { id } };
    stream.write(Buffer.from([DELIMITER]));
    let reply = await this.#exchange(conversation, sync, ANSWER_MS);
    for (let stale = 0; reply.raw('return') !== id; stale += 1) {
      if (stale === MAX_LIST) throw new AgentTimeout('the guest agent does not find back into step');
      reply = await this.#hear(conversation, 'guest-sync-delimited', ANSWER_MS);
    }
    return conversation;
  }

  #exchange(conversation: Conversation, question: { readonly execute: string }, ms: number): Promise<Reader> {
    const answer = this.#hear(conversation, question.execute, ms);
    conversation.stream.write(`${JSON.stringify(question)}\n`);
    return answer;
  }

  async #hear(conversation: Conversation, command: string, ms: number): Promise<Reader> {
    const answer = new Deferred<Reader>();
    conversation.answer = answer;
    using _timer = this.deps.clock.after(ms, () => {
      answer.reject(new AgentTimeout(`${command}: no answer from the guest agent within ${ms} ms`));
      if (this.#conversation === conversation) this[Symbol.dispose]();
    });
    try {
      return await answer.promise;
    } finally {
      conversation.answer = undefined;
    }
  }
}

function address(one: Reader): GuestAddress {
  return {
    family: text(one, 'ip-address-type') === 'ipv6' ? 'ipv6' : 'ipv4',
    address: text(one, 'ip-address'),
    prefix: one.number('prefix'),
  };
}

function optionalText(reader: Reader, name: string): string | undefined {
  return reader.optional(name, text);
}

/** A text of the guest's, cut to what is taken of it. */
function text(reader: Reader, name: string): string {
  return reader.text(name).slice(0, MAX_TEXT);
}

/** The record without the members that are undefined. */
function defined<T extends object>(record: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}
