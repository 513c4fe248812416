import type { ClusterRegistrationToken } from '@drover/api';
import { condition, holds } from '../api/condition.js';
import { type Message, message } from '../i18n/message.js';
import type { FleetCluster } from './state.js';

/** How far a step of an import is. */
export type StepState = 'done' | 'current' | 'stalled' | 'waiting';

/** One step of an import. */
export interface Step {
  readonly id: 'created' | 'token' | 'fetched' | 'agent' | 'connected' | 'ready';
  readonly title: Message;
  readonly state: StepState;
  /** What it waits for, or why it stalls, in the server's words. */
  readonly reason?: string;
  /** What to do about it. */
  readonly advice?: Message;
}

/** A reason in the server's words, and what helps against it. */
const ADVICE: readonly [RegExp, Message][] = [
  [/ErrImagePull|ImagePullBackOff|pull/i, message('guide.advice.image')],
  [/certificate|x509|\bCA\b|checksum|TLS/i, message('guide.advice.certificate')],
  [/unauthor|forbidden|token/i, message('guide.advice.token')],
  [/refused|unreachable|no such host|ENOTFOUND|timed? ?out|resolve/i, message('guide.advice.unreachable')],
  [/not connected|disconnected/i, message('guide.advice.disconnected')],
];

/** What helps against a reason the server gives. */
const adviceFor = (reason: string): Message | undefined => ADVICE.find(([pattern]) => pattern.test(reason))?.[1];

/** Reasons that say that somebody else's turn it is, or that an answer is on its way: nothing is wrong. */
const NO_STALL = /^(Waiting|Probing|Pending)/;

/** What the server says about a step that is not done. */
interface Obstacle {
  readonly words: string;
  readonly isStall: boolean;
}

/** The steps of an import so far. The first that is not done is the current one; it is stalled when something is wrong. */
export function importSteps(cluster: FleetCluster, token: ClusterRegistrationToken | undefined): readonly Step[] {
  const { management } = cluster;
  const connected = holds(management, 'Connected');
  const called = connected || holds(management, 'AgentDeployed') || holds(management, 'Provisioned');
  const fetched = called || FETCHED.has(condition(management, 'Connected')?.reason ?? '');
  const obstacle = (...types: string[]): Obstacle | undefined =>
    types
      .map((type) => condition(management, type))
      .flatMap((found) =>
        found === undefined || found.status === 'True' || !found.message
          ? []
          : [
              {
                words: found.message,
                isStall: found.status === 'False' && !NO_STALL.test(found.reason ?? ''),
              },
            ],
      )[0];

  const steps: { id: Step['id']; title: Message; done: boolean; obstacle: Obstacle | undefined }[] = [
    { id: 'created', title: message('guide.step.created'), done: management !== undefined, obstacle: undefined },
    {
      id: 'token',
      title: message('guide.step.token'),
      done: token?.status?.manifestUrl !== undefined,
      obstacle: obstacle('BackingNamespaceCreated', 'InitialRolesPopulated'),
    },
    { id: 'fetched', title: message('guide.step.fetched'), done: fetched, obstacle: obstacle('Connected') },
    { id: 'agent', title: message('guide.step.agent'), done: called, obstacle: obstacle('AgentDeployed', 'Connected') },
    {
      id: 'connected',
      title: message('guide.step.connected'),
      done: connected,
      obstacle: obstacle('Connected', 'AgentTlsStrictCheck'),
    },
    {
      id: 'ready',
      title: message('guide.step.ready'),
      done: connected && holds(management, 'Ready'),
      obstacle: obstacle('Ready'),
    },
  ];
  const current = steps.findIndex(({ done }) => !done);
  return steps.map(({ id, title, obstacle: found }, index) => {
    if (current === -1 || index < current) return { id, title, state: 'done' };
    if (index > current) return { id, title, state: 'waiting' };
    if (found === undefined) return { id, title, state: 'current' };
    const advice = found.isStall ? adviceFor(found.words) : undefined;
    return {
      id,
      title,
      state: found.isStall ? 'stalled' : 'current',
      reason: found.words,
      ...(advice === undefined ? {} : { advice }),
    };
  });
}

/** Reasons of `Connected` that are only given once the cluster has fetched the manifest. */
const FETCHED = new Set(['WaitingForAgent', 'AgentNotConnecting', 'Disconnected']);
