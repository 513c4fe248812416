import type { ContainerStatus, Pod } from '../../generated/types/core-v1.js';
import { formatAge } from '../age.js';
import { AGE, type Column, NAME, NONE, text, wide } from '../column.js';

/** What a table shows of a Pod. */
export const podColumns: Column<Pod>[] = [
  NAME,
  text('Ready', ({ spec, status }) => {
    const statuses = status?.containerStatuses ?? [];
    return `${statuses.filter(({ ready }) => ready).length}/${spec?.containers.length ?? 0}`;
  }),
  text('Status', podStatus),
  text('Restarts', restarts),
  AGE,
  wide(text('IP', ({ status }) => status?.podIP || NONE)),
  wide(text('Node', ({ spec }) => spec?.nodeName || NONE)),
  wide(text('Nominated Node', ({ status }) => status?.nominatedNodeName || NONE)),
  wide(
    text('Readiness Gates', ({ spec, status }) => {
      const gates = spec?.readinessGates ?? [];
      if (gates.length === 0) return NONE;
      const passed = gates.filter(({ conditionType }) =>
        status?.conditions?.some(({ type, status: state }) => type === conditionType && state === 'True'),
      );
      return `${passed.length}/${gates.length}`;
    }),
  ),
];

/** The word kubectl shows for a pod: the most telling of its phase, its containers' states and its deletion. */
export function podStatus({ metadata, spec, status = {} }: Pod): string {
  if (metadata.deletionTimestamp !== undefined) return status.reason === 'NodeLost' ? 'Unknown' : 'Terminating';
  const initial = initStatus(spec?.initContainers?.length ?? 0, status.initContainerStatuses ?? []);
  if (initial !== undefined) return initial;
  const containers = status.containerStatuses ?? [];
  const stuck = containers
    .map(stateReason)
    .filter((reason) => reason !== undefined)
    .at(-1);
  const word = stuck ?? (status.reason || status.phase || 'Unknown');
  if (word !== 'Completed' || !containers.some(({ ready, state }) => ready && state?.running)) return word;
  const ready = status.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True');
  return ready ? 'Running' : 'NotReady';
}

function stateReason({ state = {} }: ContainerStatus): string | undefined {
  const { waiting, terminated } = state;
  if (waiting?.reason) return waiting.reason;
  if (!terminated) return undefined;
  return terminated.reason || (terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`);
}

function initStatus(total: number, statuses: readonly ContainerStatus[]): string | undefined {
  const index = statuses.findIndex(({ state }) => state?.terminated?.exitCode !== 0);
  const pending = statuses[index];
  if (!pending || pending.started) return undefined;
  const reason = stateReason(pending);
  return reason !== undefined && reason !== 'PodInitializing' ? `Init:${reason}` : `Init:${index}/${total}`;
}

function restarts({ status }: Pod, now: number): string {
  const containers = status?.containerStatuses ?? [];
  const total = containers.reduce((sum, { restartCount }) => sum + restartCount, 0);
  const ended = containers
    .map(({ lastState }) => lastState?.terminated?.finishedAt)
    .filter((time) => time !== undefined);
  const last = ended.sort().at(-1);
  return total > 0 && last !== undefined ? `${total} (${formatAge(last, now)} ago)` : `${total}`;
}
