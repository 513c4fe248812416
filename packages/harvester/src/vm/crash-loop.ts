import type { VirtualMachineInstance } from '@drover/api';
import type { StartFailure } from '@drover/api/types/kubevirt';
import { rfc3339 } from '@drover/controller';
import type { RandomBytes } from '@drover/kit';

/** No machine waits longer than this to be tried again (KubeVirt). */
const MAX_DELAY_SECONDS = 300;

/** Seconds before the next start after `failures` in a row: quadratic, plus up to half of it at random, capped (KubeVirt). */
export function backOffSeconds(failures: number, random: RandomBytes): number {
  const base = Math.max(10, MAX_DELAY_SECONDS / 30) * failures ** 2;
  const jitter = ((random(1)[0] ?? 0) / 256) * (base / 2);
  return Math.min(MAX_DELAY_SECONDS, Math.floor(base + jitter));
}

/** Whether an instance ended before its guest ever ran. */
export function failedEarly({ status }: VirtualMachineInstance): boolean {
  const ran = status?.phaseTransitionTimestamps?.some(({ phase }) => phase === 'Running') === true;
  return status?.phase === 'Failed' && !ran;
}

/** The record of failed starts after looking at an instance: one more, none once it ran, else as it was. */
export function nextStartFailure(
  failure: StartFailure | undefined,
  instance: VirtualMachineInstance | undefined,
  now: number,
  random: RandomBytes,
): StartFailure | undefined {
  if (instance === undefined) return failure;
  if (instance.status?.phase === 'Running') return undefined;
  const { uid } = instance.metadata;
  if (!failedEarly(instance) || uid === undefined || failure?.lastFailedVMIUID === uid) return failure;
  const consecutiveFailCount = (failure?.consecutiveFailCount ?? 0) + 1;
  return {
    consecutiveFailCount,
    lastFailedVMIUID: uid,
    retryAfterTimestamp: rfc3339(now + backOffSeconds(consecutiveFailCount, random) * 1000),
  };
}

/** Milliseconds until the next start is allowed; 0 when it is. */
export function backOffLeft(failure: StartFailure | undefined, now: number): number {
  const at = Date.parse(failure?.retryAfterTimestamp ?? '');
  return Number.isNaN(at) ? 0 : Math.max(0, at - now);
}
