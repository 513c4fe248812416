import type { ClusterRegistrationToken } from '@drover/api';
import { condition } from '../api/condition.js';
import { type Message, message } from '../i18n/message.js';
import type { FleetCluster } from './state.js';

/** How far a step of an import is. */
export type StepState = 'done' | 'current' | 'stalled' | 'waiting';

/** One step of an import. */
export interface Step {
  readonly id: 'created' | 'token' | 'agent' | 'connected' | 'ready';
  readonly title: Message;
  readonly state: StepState;
  /** Why it stalls, in the server's words. */
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
export const adviceFor = (reason: string): Message | undefined => ADVICE.find(([pattern]) => pattern.test(reason))?.[1];

/** The steps of an import so far. The first that is not done is the current one; it is stalled when it has a reason. */
export function importSteps(cluster: FleetCluster, token: ClusterRegistrationToken | undefined): readonly Step[] {
  const { management } = cluster;
  const is = (type: string): boolean => condition(management, type)?.status === 'True';
  const failing = (...types: string[]): string | undefined =>
    types
      .map((type) => condition(management, type))
      .find((found) => found !== undefined && found.status !== 'True' && (found.message ?? '') !== '')?.message;

  const connected = is('Connected');
  const steps: { id: Step['id']; title: Message; done: boolean; reason: string | undefined }[] = [
    { id: 'created', title: message('guide.step.created'), done: management !== undefined, reason: undefined },
    {
      id: 'token',
      title: message('guide.step.token'),
      done: token?.status?.manifestUrl !== undefined,
      reason: failing('BackingNamespaceCreated', 'InitialRolesPopulated'),
    },
    {
      id: 'agent',
      title: message('guide.step.agent'),
      done: connected || is('Provisioned'),
      reason: failing('AgentDeployed', 'Connected', 'Provisioned', 'Pending', 'Waiting'),
    },
    {
      id: 'connected',
      title: message('guide.step.connected'),
      done: connected,
      reason: failing('Connected', 'AgentTlsStrictCheck'),
    },
    { id: 'ready', title: message('guide.step.ready'), done: connected && is('Ready'), reason: failing('Ready') },
  ];
  const current = steps.findIndex(({ done }) => !done);
  return steps.map(({ id, title, reason }, index) => {
    if (current === -1 || index < current) return { id, title, state: 'done' };
    if (index > current) return { id, title, state: 'waiting' };
    if (reason === undefined) return { id, title, state: 'current' };
    const advice = adviceFor(reason);
    return { id, title, state: 'stalled', reason, ...(advice === undefined ? {} : { advice }) };
  });
}
