import type { Pod } from '@drover/api';
import type { ContainerState, ContainerStatus, PodCondition, PodStatus } from '@drover/api/types/core-v1';
import { rfc3339 } from '@drover/controller';

/** Where one container stands. */
export interface ContainerView {
  readonly name: string;
  readonly image: string;
  readonly state: ContainerState;
  readonly lastState?: ContainerState | undefined;
  readonly restartCount: number;
  readonly containerID?: string | undefined;
}

/** The status of a pod whose containers stand as given, as the kubelet writes it. */
export function podStatus(pod: Pod, containers: readonly ContainerView[], hostIP: string, now: number): PodStatus {
  const before = pod.status ?? {};
  const running = containers.filter(({ state }) => state.running !== undefined);
  const ready = containers.length > 0 && running.length === containers.length;
  const unready = containers.filter(({ state }) => state.running === undefined).map(({ name }) => name);
  const reason = ready
    ? {}
    : { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
  const condition = (type: string, status: boolean, told: { reason?: string; message?: string } = {}): PodCondition => {
    const previous = before.conditions?.find((one) => one.type === type);
    const word = status ? 'True' : 'False';
    const moved = previous?.status !== word;
    return {
      type,
      status: word,
      ...told,
      lastTransitionTime: moved ? rfc3339(now) : (previous.lastTransitionTime ?? rfc3339(now)),
    };
  };
  const { conditions: _, ...rest } = before;
  return {
    ...rest,
    phase: phaseOf(pod, containers),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(running.length > 0 ? { podIP: hostIP, podIPs: [{ ip: hostIP }] } : {}),
    qosClass: 'BestEffort',
    startTime: before.startTime ?? rfc3339(now),
    conditions: [
      condition('PodReadyToStartContainers', running.length > 0),
      condition('Initialized', true),
      condition('Ready', ready, reason),
      condition('ContainersReady', ready, reason),
      condition('PodScheduled', true),
    ],
    containerStatuses: containers.map(containerStatus),
  };
}

function containerStatus({ name, image, state, lastState, restartCount, containerID }: ContainerView): ContainerStatus {
  const isRunning = state.running !== undefined;
  return {
    name,
    image,
    imageID: isRunning ? image : '',
    ready: isRunning,
    started: isRunning,
    restartCount,
    state,
    lastState: lastState ?? {},
    ...(containerID === undefined ? {} : { containerID }),
  };
}

function phaseOf({ spec }: Pod, containers: readonly ContainerView[]): NonNullable<PodStatus['phase']> {
  if (containers.some(({ state }) => state.running !== undefined)) return 'Running';
  const ended = containers.every(({ state }) => state.terminated !== undefined);
  if (ended && spec?.restartPolicy === 'Never')
    return containers.every(({ state }) => state.terminated?.exitCode === 0) ? 'Succeeded' : 'Failed';
  const began = containers.some(
    ({ restartCount, state, lastState }) =>
      restartCount > 0 || state.terminated !== undefined || lastState?.terminated !== undefined,
  );
  return began ? 'Running' : 'Pending';
}
