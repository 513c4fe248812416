import { type Observation, rfc3339 } from '@drover/controller';
import type { RightsState } from '../rbac/derived-rights.js';
import { correctionInWords, type Repair } from '../rbac/repairs.js';

/** What is known about the way to a cluster, as of `now` (ms since the epoch). */
export interface Link {
  /** The cluster this server runs on: no agent is needed. */
  readonly internal: boolean;
  /** Whether an agent has ever told where the cluster's API is. */
  readonly registered: boolean;
  readonly connected: boolean;
  /** When the last session ended, if there ever was one (RFC 3339). */
  readonly lostAt: string | undefined;
  /** Who fetched the import manifest last, and when. */
  readonly fetched: { readonly at: number; readonly by: string } | undefined;
  /** What the cluster's API answered to the last probe; `undefined` before the first answer. */
  readonly probe: { readonly ok: true } | { readonly ok: false; readonly error: string } | undefined;
  /** Whether the rights of users are in the cluster. */
  readonly rights: RightsState;
  /** What somebody had changed there last, and was put right. */
  readonly repair: Repair | undefined;
  /** What the condition of that said before this start, if it was about a repair. */
  readonly repairedBefore: string | undefined;
  /** How many users and groups have a right there that was taken away here. */
  readonly kept: number;
  readonly endpoint: string | undefined;
  readonly serverUrl: string;
  readonly agentImage: string;
  readonly now: number;
}

/** What the link means, and after how many milliseconds its words change by the passing of time alone. */
export interface Health {
  readonly conditions: readonly Observation[];
  readonly againMs?: number;
}

/** Pulling an image and starting a pod takes this long on a good day; before that, waiting is no stall. */
const AGENT_START_MS = 30_000;

/**
 * The conditions that tell people whether a cluster can be used, and, when it cannot, in a sentence what is missing and what
 * to do about it.
 */
export function healthOf(link: Link): Health {
  const connection = connectionOf(link);
  return {
    conditions: [
      connection.observed,
      { type: 'GlobalAdminsSynced', status: link.internal || link.rights?.ok === true ? 'True' : 'False' },
      { type: 'AgentDeployed', status: link.internal || link.registered ? 'True' : 'False' },
      { type: 'Pending', status: link.registered || link.internal ? 'True' : 'False' },
      rightsInSync(link, connection.observed),
      waiting(link, connection.observed),
      readiness(link, connection.observed),
    ],
    ...(connection.againMs === undefined ? {} : { againMs: connection.againMs }),
  };
}

function connectionOf(link: Link): { readonly observed: Observation; readonly againMs?: number } {
  const { internal, connected, registered, fetched, now } = link;
  if (internal || connected) return { observed: { type: 'Connected', status: 'True' } };
  const no = (reason: string, message: string): Observation => ({
    type: 'Connected',
    status: 'False',
    reason,
    message,
  });
  if (registered) return { observed: no('Disconnected', lost(link)) };
  if (fetched === undefined) {
    return {
      observed: no(
        'WaitingForRegistration',
        'Waiting for the registration URL to be put into the setting cluster-registration-url of the Harvester cluster' +
          ' (or to be applied with kubectl to any other cluster)',
      ),
    };
  }
  const sentence = `The manifest was fetched at ${rfc3339(fetched.at)} by ${fetched.by}`;
  const left = fetched.at + AGENT_START_MS - now;
  if (left > 0) {
    return {
      observed: no('WaitingForAgent', `${sentence}; waiting for the agent to start and connect`),
      againMs: left,
    };
  }
  return {
    observed: no(
      'AgentNotConnecting',
      `${sentence}, but no agent has connected since. Probably its image ${link.agentImage} cannot be pulled, it does not` +
        ` trust this server's certificate, or ${link.serverUrl} cannot be reached from the cluster: look at the pods of` +
        ' Deployment cattle-cluster-agent in namespace cattle-system there',
    ),
  };
}

function lost({ lostAt, serverUrl }: Link): string {
  const since = lostAt === undefined ? '' : ` since ${lostAt}`;
  return (
    `Cluster agent is not connected${since}: the cluster is down, its agent has stopped, or ${serverUrl} cannot be reached` +
    ' from it. It connects again by itself'
  );
}

function waiting(link: Link, connected: Observation): Observation {
  if (connected.status === 'True') return { type: 'Waiting', status: 'True' };
  return {
    type: 'Waiting',
    status: 'Unknown',
    message: link.registered ? 'Waiting for the agent to connect again' : 'Waiting for API to be available',
  };
}

/** The condition that tells whether the rights of users in the cluster are those that were given here. */
export const RIGHTS_IN_SYNC = 'RightsInSync';
/** Its reason when somebody had changed them, and they were put right. */
export const REPAIRED = 'Repaired';

function rightsInSync({ rights, repair, repairedBefore, kept }: Link, connected: Observation): Observation {
  const type = RIGHTS_IN_SYNC;
  if (rights?.ok === false) {
    const refused =
      kept === 0
        ? ''
        : `. ${kept} ${kept === 1 ? 'user or group keeps a right' : 'users and groups keep rights'} there that` +
          ' were taken away here: their requests to the cluster are refused until it lets that be done';
    const message = `The rights of users in the cluster are not those that were given here: ${rights.error}${refused}`;
    return { type, status: 'False', reason: kept === 0 ? 'RightsNotGiven' : 'RightsNotTaken', message };
  }
  if (rights === undefined)
    return { type, status: 'Unknown', reason: connected.status === 'True' ? 'GivingRights' : 'Disconnected' };
  const message = repair === undefined ? repairedBefore : repairInWords(repair);
  return message === undefined ? { type, status: 'True' } : { type, status: 'True', reason: REPAIRED, message };
}

function repairInWords({ at, count, first }: Repair): string {
  const more = count > first.length ? `, and ${count - first.length} more` : '';
  const what = `${count} ${count === 1 ? 'object' : 'objects'} of RBAC`;
  return `At ${rfc3339(at)} ${what} that somebody had changed in the cluster were put right: ${first.map(correctionInWords).join(', ')}${more}`;
}

function readiness({ probe, endpoint, rights, internal }: Link, connected: Observation): Observation {
  if (connected.status !== 'True') {
    return {
      type: 'Ready',
      status: 'False',
      reason: connected.reason ?? 'Disconnected',
      message: connected.message ?? '',
    };
  }
  if (probe === undefined) {
    return {
      type: 'Ready',
      status: 'Unknown',
      reason: 'Probing',
      message: 'The agent is connected; asking the Kubernetes API whether it is ready',
    };
  }
  if (!probe.ok) {
    return {
      type: 'Ready',
      status: 'False',
      reason: 'ApiUnreachable',
      message: `The agent is connected, but the Kubernetes API at ${endpoint ?? 'its address'} is not ready: ${probe.error}`,
    };
  }
  if (internal || rights?.ok === true) return { type: 'Ready', status: 'True' };
  if (rights === undefined) {
    return {
      type: 'Ready',
      status: 'Unknown',
      reason: 'GivingRights',
      message: 'The Kubernetes API answers; giving users their rights in the cluster',
    };
  }
  return {
    type: 'Ready',
    status: 'False',
    reason: 'RightsNotGiven',
    message: `The Kubernetes API answers, but users cannot be given their rights in the cluster: ${rights.error}`,
  };
}
