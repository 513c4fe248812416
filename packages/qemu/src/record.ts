import { constants } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { MachineDescription } from './description.js';
import { type MachineExit, parseExit } from './exit.js';
import { FILES, RUN_FILES } from './files.js';
import type { Reader } from './json.js';
import { userAddresses } from './network.js';
import { type ProcessIdentity, parseIdentity, readJson } from './process.js';
import { removeSerialLog } from './serial-log.js';

/** What must be known of a machine to manage it while it runs. */
export interface MachineOutline {
  readonly name: string;
  readonly uuid: string;
  /** Disk names, in the order of the description, then of plugging in; an empty one is a place that a removed disk left. */
  readonly disks: readonly string[];
  /** The cards in the order of the description; the guest's address where QEMU gives it out. */
  readonly nics: readonly { readonly name: string; readonly guestAddress?: string }[];
  readonly graphics: boolean;
  readonly guestAgent: boolean;
  /** Whether a TPM emulator runs beside QEMU. */
  readonly tpm: boolean;
}

/** What `machine.json` says. */
export interface MachineRecord {
  readonly outline: MachineOutline;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  readonly bootId: string;
  /** Whether the machine was to be left stopped at its start. */
  readonly paused: boolean;
  /** Until then (milliseconds since the Unix epoch) a power-off of the guest is the first half of a restart. */
  readonly restartUntil: number;
  /** Absent for the moment between the decision to start QEMU and its start. */
  readonly process?: ProcessIdentity;
}

export function outlineOf(machine: MachineDescription): MachineOutline {
  return {
    name: machine.name,
    uuid: machine.uuid.toLowerCase(),
    disks: machine.disks.map((disk) => disk.name),
    nics: machine.nics.map(({ name, network }) =>
      network.kind === 'user' ? { name, guestAddress: userAddresses(network).guest } : { name },
    ),
    graphics: machine.graphics !== 'none',
    guestAgent: machine.guestAgent,
    tpm: machine.tpm !== undefined,
  };
}

export function writeRecord(directory: string, record: MachineRecord): Promise<void> {
  return replace(directory, FILES.record, record);
}

/** The record of a directory; nothing when it holds no machine. @throws UnexpectedReply for a broken one. */
export async function readRecord(directory: string): Promise<MachineRecord | undefined> {
  const reader = await readOwn(directory, FILES.record);
  if (!reader) return undefined;
  const identity = reader.optional('process', (from, name) => parseIdentity(from.object(name)));
  return {
    outline: parseOutline(reader.object('outline')),
    startedAt: reader.number('startedAt'),
    bootId: reader.text('bootId'),
    paused: reader.boolean('paused'),
    restartUntil: reader.number('restartUntil'),
    ...(identity ? { process: identity } : {}),
  };
}

export function writeExit(directory: string, exit: MachineExit): Promise<void> {
  return replace(directory, FILES.exit, exit);
}

export async function readExit(directory: string): Promise<MachineExit | undefined> {
  const reader = await readOwn(directory, FILES.exit);
  return reader && parseExit(reader);
}

/** Removes what a process left behind. */
export async function removeRunFiles(directory: string): Promise<void> {
  await Promise.all(RUN_FILES.map((name) => rm(join(directory, name), { force: true })));
}

/** Removes all that is ours in a machine's directory; the record last, so that a crash in between is seen. */
export async function removeMachineFiles(directory: string): Promise<void> {
  await removeRunFiles(directory);
  await removeSerialLog(directory);
  const written = [FILES.exit, FILES.record].flatMap((name) => [temporaryName(name), name]);
  for (const name of [FILES.log, ...written]) await rm(join(directory, name), { force: true });
}

function parseOutline(reader: Reader): MachineOutline {
  const names = (list: string): Reader[] => reader.objects(list, Number.POSITIVE_INFINITY);
  return {
    name: reader.text('name'),
    uuid: reader.text('uuid'),
    disks: reader.texts('disks'),
    nics: names('nics').map((nic) => {
      const guestAddress = nic.optional('guestAddress', (from, member) => from.text(member));
      return { name: nic.text('name'), ...(guestAddress === undefined ? {} : { guestAddress }) };
    }),
    graphics: reader.boolean('graphics'),
    guestAgent: reader.boolean('guestAgent'),
    // Records of machines that started before there were TPMs do not say.
    tpm: reader.optional('tpm', (from, name) => from.boolean(name)) ?? false,
  };
}

const temporaryName = (name: string): string => `.${name}.new`;

/** Whole or not at all: a reader never sees half a file. */
async function replace(directory: string, name: string, content: unknown): Promise<void> {
  const temporary = join(directory, temporaryName(name));
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  const handle = await open(temporary, flags, 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(content, undefined, 2)}\n`);
  } finally {
    await handle.close();
  }
  await rename(temporary, join(directory, name));
}

async function readOwn(directory: string, name: string): Promise<Reader | undefined> {
  const path = join(directory, name);
  const text = await readFile(path, { encoding: 'utf8', flag: constants.O_RDONLY | constants.O_NOFOLLOW }).catch(
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    },
  );
  return text === undefined ? undefined : readJson(text, name);
}
