import type { StateChangeRequest } from '@drover/api/types/kubevirt';
import { unreachable } from '@drover/kit';
import type { RunStrategy } from './run-strategy.js';

/** The instance as a decision sees it. */
export interface InstanceState {
  readonly uid: string;
  readonly phase: string;
  readonly isDeleting: boolean;
}

/** What a decision is made of. */
export interface Situation {
  readonly strategy: RunStrategy;
  /** The strategy that was last acted on: `status.runStrategy`. */
  readonly previous: string | undefined;
  readonly requests: readonly StateChangeRequest[];
  readonly instance: InstanceState | undefined;
  /** Milliseconds until a machine that keeps failing may be started again; 0 when it may now. */
  readonly backOffMs: number;
}

/** What to do about a machine's instance. */
export type Decision =
  | { readonly do: 'nothing' }
  | { readonly do: 'start' }
  /** Remove the instance: within `graceSeconds` where a request names them; `thenStart`: ask for another one first. */
  | { readonly do: 'stop'; readonly graceSeconds?: number; readonly thenStart?: true }
  | { readonly do: 'wait'; readonly ms: number };

const NOTHING: Decision = { do: 'nothing' };

export const isFinal = ({ phase }: Pick<InstanceState, 'phase'>): boolean =>
  phase === 'Succeeded' || phase === 'Failed';

/**
 * KubeVirt's rules for when an instance exists.
 *
 *   strategy        | no instance                        | it failed | it succeeded (guest shut down) | stop request
 *   ----------------|------------------------------------|-----------|--------------------------------|-------------
 *   Always          | start                              | again     | again                          | –
 *   RerunOnFailure  | start, once per switch to it       | again     | leave                          | stop
 *   Manual          | start on request                   | leave     | leave                          | stop
 *   Once            | start, once per switch to it       | leave     | leave                          | –
 *   Halted          | –                                  | remove    | remove                         | stop
 *
 * "Again" and "start" wait for the back-off of a machine that keeps failing to start, unless a request asks.
 */
export function decide(situation: Situation): Decision {
  const { strategy, previous, requests, instance, backOffMs } = situation;
  const asked = requests.some(({ action }) => action === 'Start');
  const start: Decision = backOffMs > 0 && !asked ? { do: 'wait', ms: backOffMs } : { do: 'start' };
  if (instance === undefined) {
    switch (strategy) {
      case 'Halted':
        return NOTHING;
      case 'Always':
        return start;
      case 'Manual':
        return asked ? start : NOTHING;
      case 'RerunOnFailure':
      case 'Once':
        return asked || previous !== strategy || backOffMs > 0 ? start : NOTHING;
      default:
        return unreachable(strategy);
    }
  }
  if (instance.isDeleting) return NOTHING;
  const stop = requests.find(({ action, uid }) => action === 'Stop' && uid === instance.uid);
  if (stop !== undefined) {
    const grace = stop.data?.['gracePeriodSeconds'];
    return { do: 'stop', ...(grace === undefined ? {} : { graceSeconds: Number(grace) }) };
  }
  const again: Decision = backOffMs > 0 ? { do: 'wait', ms: backOffMs } : { do: 'stop', thenStart: true };
  switch (strategy) {
    case 'Halted':
      return { do: 'stop' };
    case 'Always':
      return isFinal(instance) ? again : NOTHING;
    case 'RerunOnFailure':
      return instance.phase === 'Failed' ? again : NOTHING;
    case 'Manual':
    case 'Once':
      return NOTHING;
    default:
      return unreachable(strategy);
  }
}

/** The requests that are still to be acted on, given what is there now. */
export function openRequests(
  requests: readonly StateChangeRequest[],
  instance: InstanceState | undefined,
): StateChangeRequest[] {
  return requests.filter(({ action, uid }) => {
    if (action === 'Stop') return instance !== undefined && instance.uid === uid;
    // A start is answered by an instance that is neither over nor going.
    const stopping = requests.some((request) => request.action === 'Stop' && request.uid === instance?.uid);
    return instance === undefined || instance.isDeleting || isFinal(instance) || stopping;
  });
}
