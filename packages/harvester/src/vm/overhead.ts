import type { DomainSpec } from '@drover/api/types/kubevirt';
import { parseUnits } from '@drover/kit';
import { vcpus } from './sizing.js';

const MIB = 1n << 20n;
/** The launcher's own processes: monitor, launcher, virtlogd, virtqemud and QEMU. */
const PROCESSES = 220n * MIB;
const IO_THREAD = 8n * MIB;
const PER_CPU = 8n * MIB;
const VIDEO = 32n * MIB;
const TPM = 53n * MIB;
const DEDICATED = 100n * MIB;
/** Page tables take this part of the guest's memory. */
const PAGE_TABLES = 512n;
/** Ratios are said with decimals. */
const RATIO_UNIT = 1_000n;

/**
 * Bytes of memory that a machine takes beside its guest's, as KubeVirt v1.8 counts them for quotas and scheduling; `ratio` is the
 * setting additional-guest-memory-overhead-ratio, where 0 is 1. Reference `harvester.md`, 9.3.
 *
 * @throws QuantityError for a malformed quantity.
 */
export function memoryOverhead(domain: DomainSpec, ratio: number): bigint {
  const { devices, resources, memory, cpu } = domain;
  const guest = resources?.requests?.['memory'] ?? memory?.guest ?? resources?.limits?.['memory'] ?? 0;
  const parts = [
    PROCESSES,
    parseUnits(String(guest)) / PAGE_TABLES,
    BigInt(vcpus(domain)) * PER_CPU,
    IO_THREAD,
    ...(devices.autoattachGraphicsDevice === false ? [] : [VIDEO]),
    ...(devices.tpm === undefined ? [] : [TPM]),
    ...(cpu?.dedicatedCpuPlacement === true ? [DEDICATED] : []),
  ];
  const sum = parts.reduce((total, part) => total + part, 0n);
  return (sum * BigInt(Math.round((ratio === 0 ? 1 : ratio) * Number(RATIO_UNIT)))) / RATIO_UNIT;
}
