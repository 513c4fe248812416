import type { Stored, VirtualMachineInstance } from '@drover/api';
import { controllerOf } from '@drover/controller';
import { DescriptionError, StartError } from '@drover/qemu';
import { VolumeLost } from '../claim/volumes.js';
import type { Machines, RunningMachine } from '../machine/machines.js';
import type { LocalHost } from '../node/host.js';
import { CannotRun, describe } from './describe.js';
import { type Capacity, unschedulable } from './schedule.js';
import { MissingDocument } from './seed.js';
import { ClaimNotReady, resolveVolumes, type VolumeOptions } from './volumes.js';

/** What became of an attempt to start an instance's machine. */
export type Start =
  | { readonly kind: 'started'; readonly machine: RunningMachine }
  /** Something it is made of is still to come; its appearance brings us back. */
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string }
  /** This host cannot take it, now or ever; the message is the scheduler's, or says what to install. */
  | { readonly kind: 'unschedulable'; readonly message: string }
  /** It was tried, and QEMU refused. */
  | { readonly kind: 'failed'; readonly message: string };

/** What starting needs. */
export interface StartOptions extends VolumeOptions {
  readonly host: LocalHost;
  readonly machines: Machines;
  readonly capacity: () => Capacity;
}

/**
 * Starts the machine of an instance that has none.
 *
 * @param others the instances that hold their share of the host.
 */
export async function startInstance(
  instance: Stored<VirtualMachineInstance>,
  others: readonly VirtualMachineInstance[],
  options: StartOptions,
): Promise<Start> {
  const { host, machines, capacity, seedFiles } = options;
  const { uid } = instance.metadata;
  const problem = (await host.problem()) ?? unschedulable(instance, others, capacity());
  if (problem !== undefined) return { kind: 'unschedulable', message: problem };
  try {
    const sources = await resolveVolumes(instance, options);
    const { owner, keep } = variablesOf(instance);
    const description = describe(instance, sources, host.now, {
      vars: seedFiles.varsPath(owner),
      tpm: seedFiles.tpmPath(tpmOwner(instance)),
    });
    if (description.firmware.kind === 'uefi') {
      const { uefi, secureBoot } = host.now.firmware;
      const template = (description.firmware.secureBoot ? secureBoot : uefi)?.varsTemplate;
      if (template !== undefined) await seedFiles.copyVars(owner, template, keep);
    }
    return { kind: 'started', machine: await machines.start(uid, description) };
  } catch (error) {
    if (error instanceof ClaimNotReady) return { kind: 'waiting', reason: error.reason, message: error.message };
    if (error instanceof MissingDocument) return { kind: 'waiting', reason: 'FailedMount', message: error.message };
    if (error instanceof CannotRun || error instanceof VolumeLost)
      return { kind: 'unschedulable', message: error.message };
    if (error instanceof StartError || error instanceof DescriptionError)
      return { kind: 'failed', message: error.message };
    throw error;
  }
}

/** Whose the TPM's state is: the machine's, when it is to outlive this instance. */
function tpmOwner(instance: Stored<VirtualMachineInstance>): string {
  const keep = instance.spec.domain.devices.tpm?.persistent === true;
  return (keep ? controllerOf(instance)?.uid : undefined) ?? instance.metadata.uid;
}

/** Whose the UEFI variables are: the machine's, when they are to outlive this instance. */
function variablesOf(instance: Stored<VirtualMachineInstance>): { owner: string; keep: boolean } {
  const keep = instance.spec.domain.firmware?.bootloader?.efi?.persistent === true;
  const machine = controllerOf(instance)?.uid;
  return keep && machine !== undefined ? { owner: machine, keep } : { owner: instance.metadata.uid, keep: false };
}
