import { type HarvesterSetting, harvesterSettings, hasReason, type Secret, type Stored, secrets } from '@drover/api';
import type { Client, Informer } from '@drover/client';
import {
  type Controller,
  createController,
  createOrUpdate,
  done,
  type Result,
  updateWithRetry,
  watches,
} from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import { withoutPasswords, withPasswords } from './passwords.js';

const SETTING = 'containerd-registry';
/** Where Harvester keeps what the setting must not show. */
export const REGISTRY_SECRET = { namespace: 'cattle-system', name: 'harvester-containerd-registry' };
const KEY = 'registries';

/**
 * Takes the passwords out of the setting `containerd-registry`, which more people may read than may know them, and keeps the whole
 * in a Secret. A value whose passwords are empty keeps those that are known; an empty value forgets them.
 */
export function registryCredentialsController(options: {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly settings: Informer<HarvesterSetting>;
  readonly secrets: Informer<Secret>;
}): Controller {
  const { client, clock, random, log, settings } = options;
  return createController({
    name: 'registry-credentials',
    reconcile: () => reconcile(settings.get(undefined, SETTING), client),
    sources: [watches(settings, { map: ({ metadata }) => (metadata.name === SETTING ? [{ name: SETTING }] : []) })],
    clock,
    random,
    log,
  });
}

async function reconcile(setting: Stored<HarvesterSetting> | undefined, client: Client): Promise<Result> {
  if (setting === undefined) return done;
  const { value = '' } = setting;
  if (value === '') {
    await client.delete(secrets, REGISTRY_SECRET).catch(ifGone);
    return done;
  }
  const known = knownRegistries(await client.get(secrets, REGISTRY_SECRET).catch(ifGone));
  const whole = withPasswords(value, known);
  const shown = withoutPasswords(value);
  if (whole === undefined || shown === undefined) return done;
  const data = { [KEY]: Buffer.from(whole).toString('base64') };
  const blank: Secret = { apiVersion: 'v1', kind: 'Secret', metadata: REGISTRY_SECRET, type: 'Opaque', data };
  // First the Secret, then the setting: a crash in between loses nothing.
  await createOrUpdate(client, secrets, blank, (object) => {
    object.data = data;
  });
  await updateWithRetry(client, harvesterSettings, { name: SETTING }, (object) =>
    object.value === value && shown !== value ? { ...object, value: shown } : undefined,
  );
  return done;
}

/** The setting's value with its passwords, from the Secret; empty where there is none. */
export function knownRegistries(secret: Secret | undefined): string {
  return Buffer.from(secret?.data?.[KEY] ?? '', 'base64').toString('utf8');
}

function ifGone(error: unknown): undefined {
  if (!hasReason(error, 'NotFound')) throw error;
  return undefined;
}
