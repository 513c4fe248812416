import {
  apiVersion,
  deployments,
  type HarvesterSetting,
  harvesterSettings,
  hasReason,
  type Kind,
  type KubeObject,
  type Stored,
} from '@drover/api';
import type { Client, Informer } from '@drover/client';
import { type Controller, createController, done, type Result, updateWithRetry, watches } from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import type { Recorder } from '../event/recorder.js';
import { configured, HASH, valueHash } from '../setting/controller.js';
import { effective, outbound } from '../setting/effective.js';
import { parseRegistrationUrl } from '../setting/value.js';
import { Discovery } from './discovery.js';
import { type RegistrationFailed, registrationFailed } from './failure.js';
import { fetchManifest } from './fetch.js';
import { parseManifest } from './manifest.js';

const SETTING = 'cluster-registration-url';
/** Wrangler's name for this set of objects: by its labels and annotations Harvester knows them. */
const SET = 'cluster-registration';
/** What was applied last, so that what a later manifest leaves out can be removed. */
const APPLIED = 'drover.io/applied';
const AGENT = { namespace: 'cattle-system', name: 'cattle-cluster-agent' };

/** What the registration controller needs. */
export interface RegistrationOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly recorder: Recorder;
  readonly settings: Informer<HarvesterSetting>;
}

/**
 * Registers this cluster where the setting `cluster-registration-url` says: fetches the manifest there and applies it, once for
 * each value. What failed is told in the setting's condition `configured` and tried again. An empty URL removes the agent, and
 * nothing else.
 */
export function registrationController(options: RegistrationOptions): Controller {
  const { clock, random, log, settings } = options;
  return createController({
    name: 'cluster-registration',
    reconcile: (_, signal) => reconcile(settings.get(undefined, SETTING), options, signal),
    sources: [
      watches(settings, {
        // What we write about an attempt is no reason for another one.
        when: (event) => event.type !== 'updated' || event.object.value !== event.previous.value,
        map: ({ metadata }) => (metadata.name === SETTING ? [{ name: SETTING }] : []),
      }),
    ],
    clock,
    random,
    log,
  });
}

async function reconcile(
  setting: Stored<HarvesterSetting> | undefined,
  options: RegistrationOptions,
  signal: AbortSignal,
): Promise<Result> {
  if (setting === undefined) return done;
  const { client, clock, recorder } = options;
  const { value = '' } = setting;
  const seen = setting.metadata.annotations?.[HASH];
  if ((value === '' && seen === undefined) || (seen === valueHash(value) && wasDone(setting))) return done;
  let applied: readonly Applied[] | undefined;
  let failure: RegistrationFailed | undefined;
  try {
    applied = await register(setting, options, signal);
  } catch (error) {
    failure = registrationFailed(error, registrationUrl(setting));
  }
  await updateWithRetry(client, harvesterSettings, { name: SETTING }, (object) => {
    if ((object.value ?? '') !== value) return undefined;
    const written = configured(object, failure?.message, clock.now());
    const annotations = {
      ...written.metadata.annotations,
      ...(applied === undefined ? {} : { [APPLIED]: JSON.stringify(applied) }),
    };
    return { ...written, metadata: { ...written.metadata, annotations } };
  });
  if (failure !== undefined) {
    recorder.warning(setting, 'RegistrationFailed', failure.message);
    throw failure;
  }
  return done;
}

/** The URL itself; empty when the value cannot be read. */
function registrationUrl(setting: HarvesterSetting): string {
  try {
    return parseRegistrationUrl(effective(setting)).url;
  } catch {
    return '';
  }
}

/** Whether the value that was acted on last was acted on with success; one that failed is tried again after a restart too. */
function wasDone({ status }: HarvesterSetting): boolean {
  return (
    status?.conditions?.some(
      ({ type, message }) => type === 'configured' && (message === undefined || message === ''),
    ) === true
  );
}

interface Applied {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespace?: string;
  readonly name: string;
}

async function register(
  setting: Stored<HarvesterSetting>,
  options: RegistrationOptions,
  signal: AbortSignal,
): Promise<readonly Applied[] | undefined> {
  const { client, clock, settings, log } = options;
  const registration = parseRegistrationUrl(effective(setting));
  if (registration.url === '') {
    await client.delete(deployments, AGENT).catch(ignoreNotFound);
    log.info('the cluster belongs to no management server any more');
    return undefined;
  }
  const objects = parseManifest(await fetchManifest(registration, outbound(settings), clock, signal));
  const discovery = new Discovery(client);
  const applied: Applied[] = [];
  for (const object of objects)
    applied.push(await apply(object, await discovery.kind(object.apiVersion, object.kind), client));
  await prune(previously(setting), applied, client);
  log.info('the registration manifest was applied', { objects: applied.length });
  return applied;
}

async function apply(object: KubeObject, kind: Kind, client: Client): Promise<Applied> {
  const { metadata } = object;
  const { namespace: _, ...rest } = metadata;
  const namespace = kind.namespaced ? (metadata.namespace ?? 'default') : undefined;
  const labelled: KubeObject = {
    ...object,
    apiVersion: apiVersion(kind),
    metadata: {
      ...rest,
      ...(namespace === undefined ? {} : { namespace }),
      annotations: { ...metadata.annotations, 'objectset.rio.cattle.io/id': SET },
    },
  };
  const { group, version, plural } = kind;
  await client.apply(kind, labelled, { fieldManager: SET, force: true });
  return {
    group,
    version,
    kind: kind.kind,
    plural,
    ...(namespace === undefined ? {} : { namespace }),
    name: metadata.name ?? '',
  };
}

function previously({ metadata }: HarvesterSetting): readonly Applied[] {
  try {
    const parsed: unknown = JSON.parse(metadata.annotations?.[APPLIED] ?? '[]');
    return Array.isArray(parsed) ? parsed.filter(isApplied) : [];
  } catch {
    return [];
  }
}

function isApplied(value: unknown): value is Applied {
  if (typeof value !== 'object' || value === null) return false;
  const entry: Record<string, unknown> = { ...value };
  return ['group', 'version', 'kind', 'plural', 'name'].every((key) => typeof entry[key] === 'string');
}

/** Removes what a former manifest brought and this one does not; never a namespace, which holds more than it brought. */
async function prune(before: readonly Applied[], now: readonly Applied[], client: Client): Promise<void> {
  const key = ({ group, plural, namespace = '', name }: Applied): string => [group, plural, namespace, name].join('/');
  const kept = new Set(now.map(key));
  for (const gone of before) {
    if (kept.has(key(gone)) || gone.kind === 'Namespace') continue;
    const kind = { ...gone, namespaced: gone.namespace !== undefined };
    await client
      .delete(kind, { namespace: gone.namespace, name: gone.name }, { propagationPolicy: 'Background' })
      .catch(ignoreNotFound);
  }
}

function ignoreNotFound(error: unknown): void {
  if (!hasReason(error, 'NotFound')) throw error;
}
