import {
  type ClusterRegistrationToken,
  clusterRegistrationTokens,
  type ManagementSetting,
  type Stored,
} from '@drover/api';
import type { Client, Informer } from '@drover/client';
import {
  type Controller,
  createController,
  done,
  isBeingDeleted,
  type Result,
  Terminal,
  updateStatus,
  watches,
} from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import { newKey } from '../identity/token-key.js';
import type { Settings } from '../settings.js';
import { clusterOfToken } from './registration.js';

/**
 * Gives each registration token its secret, and the URL and commands that carry it; they follow the setting `server-url`.
 * The secret is made once and never changes: what has been handed out stays valid.
 */
export function registrationTokenController(parts: {
  readonly client: Client;
  readonly tokens: Informer<ClusterRegistrationToken>;
  readonly settingObjects: Informer<ManagementSetting>;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}): Controller {
  const { client, tokens, settingObjects, settings, clock, random, log } = parts;
  const reconcile = async (namespace: string, name: string): Promise<Result> => {
    const token = tokens.get(namespace, name);
    if (token === undefined || isBeingDeleted(token)) return done;
    const cluster = clusterOfToken(token);
    if (cluster === undefined) throw new Terminal(`spec.clusterName must be ${namespace}, the namespace of the token`);
    await updateStatus(client, clusterRegistrationTokens, { namespace, name }, (object) => {
      const text = object.status?.token || newKey(random).reveal();
      object.status = { ...object.status, token: text, ...commandsOf(settings.serverUrl, text, cluster) };
    });
    return done;
  };
  return createController({
    name: 'cluster-registration-token',
    reconcile: ({ namespace = '', name }) => reconcile(namespace, name),
    sources: [
      watches(tokens),
      watches(settingObjects, {
        when: ({ object }) => object.metadata.name === 'server-url',
        map: () => tokens.list().map(({ metadata }: Stored<ClusterRegistrationToken>) => metadata),
      }),
    ],
    clock,
    random,
    log,
  });
}

/** The URL of a cluster's import manifest, and the commands that apply it. */
export function commandsOf(serverUrl: string, token: string, cluster: string) {
  const manifestUrl = `${serverUrl}/v3/import/${token}_${cluster}.yaml`;
  return {
    manifestUrl,
    command: `kubectl apply -f ${manifestUrl}`,
    insecureCommand: `curl --insecure -sfL ${manifestUrl} | kubectl apply -f -`,
  };
}
