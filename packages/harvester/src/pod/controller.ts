import { isDeepStrictEqual } from 'node:util';
import {
  configMaps,
  type HarvesterSetting,
  hasReason,
  type Pod,
  pods,
  type Secret,
  type Stored,
  secrets,
} from '@drover/api';
import type { Container, ContainerState } from '@drover/api/types/core-v1';
import type { Client, Informer } from '@drover/client';
import {
  again,
  type Controller,
  createController,
  done,
  events,
  type Result,
  updateWithRetry,
  watches,
} from '@drover/controller';
import { type Clock, Secret as Hidden, type Log, type RandomBytes } from '@drover/kit';
import type { Recorder } from '../event/recorder.js';
import { knownRegistries, REGISTRY_SECRET } from '../registry/credentials.js';
import { type Login, lookUp } from '../registry/lookup.js';
import { withPasswords } from '../registry/passwords.js';
import { parseReference } from '../registry/reference.js';
import { parseRegistrySettings, type RegistrySettings } from '../registry/settings.js';
import { outbound, setting } from '../setting/effective.js';
import type { Containers } from './containers.js';
import { environmentOf, type Surroundings, Unsupported } from './environment.js';
import { type Documents, layOut, MountNotReady, writeAccount } from './mounts.js';
import type { PullState, Pulls } from './pull.js';
import { parseLogins } from './pull-secret.js';
import { type ContainerView, podStatus } from './status.js';
import { type AccountToken, requestToken } from './token.js';

/** The image that this host runs as a process. */
export interface AgentImage {
  readonly version: string;
  readonly command: readonly string[];
}

/** What the pod controller needs. */
export interface PodControllerOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly recorder: Recorder;
  readonly pods: Informer<Pod>;
  readonly secrets: Informer<Secret>;
  readonly settings: Informer<HarvesterSetting>;
  readonly containers: Containers;
  readonly pulls: Pulls;
  readonly agent: AgentImage;
  readonly nodeName: string;
  readonly surroundings: Surroundings & { readonly apiServer: { readonly caPem: string } };
}

const DEFAULT_GRACE_SECONDS = 30;
/** A pod that waits for something nothing tells of is looked at this often. */
const LOOK_MS = 5_000;
/** A registry that has not answered by then counts as not answering. */
const REGISTRY_MS = 30_000;

/** What a kubelet is to a cluster, for the one image this host can run; every other image is asked for, and cannot be run. */
export function podController(options: PodControllerOptions): Controller {
  const { clock, random, log, pods: informer, secrets: all, containers } = options;
  const kubelet = new Kubelet(options);
  return createController({
    name: 'pod',
    reconcile: ({ namespace, name }, signal) => kubelet.reconcile(informer.get(namespace, name), signal),
    sources: [
      watches(informer),
      watches(all, {
        map: ({ metadata }) =>
          informer
            .list(metadata.namespace)
            .filter(({ spec }) => spec?.volumes?.some(({ secret }) => secret?.secretName === metadata.name) === true)
            .map((pod) => ({ namespace: pod.metadata.namespace, name: pod.metadata.name })),
      }),
      events((enqueue) =>
        containers.watch((uid) => {
          for (const { metadata } of informer.by('uid', uid))
            enqueue({ namespace: metadata.namespace, name: metadata.name });
        }),
      ),
      // A pod whose object is gone cannot be asked about: its processes are ended where its end is told.
      events(() =>
        informer.subscribe((event) => {
          if (event.type === 'deleted') void kubelet.gone(event.object);
        }),
      ),
    ],
    concurrency: 8,
    clock,
    random,
    log,
  });
}

/** Ends processes whose pods are gone: of a data directory whose API was emptied. */
export async function sweepPods({ containers, pods: informer, log }: PodControllerOptions): Promise<void> {
  for (const uid of await containers.pods()) {
    if (informer.by('uid', uid).length > 0) continue;
    log.info('ending the processes of a pod that is gone', { uid });
    await containers.end(uid, DEFAULT_GRACE_SECONDS * 1000);
  }
}

class Kubelet {
  readonly #tokens = new Map<string, AccountToken>();

  constructor(readonly options: PodControllerOptions) {}

  async gone({ metadata, spec }: Stored<Pod>): Promise<void> {
    const { containers, pulls, log } = this.options;
    this.#tokens.delete(metadata.uid);
    for (const { name } of spec?.containers ?? []) pulls.forget(`${metadata.uid}/${name}`);
    await containers
      .end(metadata.uid, DEFAULT_GRACE_SECONDS * 1000)
      .catch((error: unknown) => log.warn('a pod was not ended', { pod: metadata.name, error }));
  }

  async reconcile(pod: Stored<Pod> | undefined, signal: AbortSignal): Promise<Result> {
    if (pod === undefined) return done;
    const { client, nodeName, containers, clock, surroundings } = this.options;
    const { namespace, name, uid } = pod.metadata;
    const bound = pod.spec?.nodeName;
    if (bound === undefined || bound === '') {
      await client.patch(pods, { namespace, name }, { type: 'merge', patch: { spec: { nodeName } } });
      return done;
    }
    if (bound !== nodeName) return done;
    if (pod.metadata.deletionTimestamp !== undefined) {
      const grace =
        pod.metadata.deletionGracePeriodSeconds ?? pod.spec?.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
      await containers.end(uid, grace * 1000);
      await client
        .delete(pods, { namespace, name }, { gracePeriodSeconds: 0, preconditions: { uid } })
        .catch(ignoreGone);
      return done;
    }
    if (['Succeeded', 'Failed'].includes(pod.status?.phase ?? '')) return done;
    const looks = await Promise.all(
      (pod.spec?.containers ?? []).map((container) => this.#container(pod, container, signal)),
    );
    const views = looks.map(({ view }) => view);
    await updateWithRetry(
      client,
      pods,
      { namespace, name },
      (object) => {
        const status = podStatus(object, views, surroundings.hostIP, clock.now());
        return object.metadata.uid !== uid || isDeepStrictEqual(object.status, status)
          ? undefined
          : { ...object, status };
      },
      { subresource: 'status' },
    );
    const renewal = this.#tokens.get(uid)?.renewAt;
    const waits = [
      ...looks.flatMap(({ againMs }) => againMs ?? []),
      ...(renewal === undefined ? [] : [Math.max(1, renewal - clock.now())]),
    ];
    return waits.length === 0 ? done : again(Math.min(...waits));
  }

  async #container(
    pod: Stored<Pod>,
    container: Container,
    signal: AbortSignal,
  ): Promise<{ view: ContainerView; againMs: number | undefined }> {
    const { containers, recorder } = this.options;
    const waiting = (reason: string, message: string, againMs: number | undefined) => ({
      view: {
        name: container.name,
        image: container.image ?? '',
        state: { waiting: { reason, message } } as ContainerState,
        restartCount: 0,
      },
      againMs,
    });
    // Init containers run first, and none of them can run here.
    const first = pod.spec?.initContainers?.[0];
    const image = first?.image ?? container.image ?? '';
    if (first !== undefined || !this.#isAgent(image)) {
      const state = await this.#pull(pod, first ?? container, image, signal);
      if (state.kind === 'pulling') return waiting('ContainerCreating', '', LOOK_MS);
      for (const { type, reason, message } of state.news) recorder[type](pod, reason, message);
      return waiting(state.reason, state.message, state.againMs);
    }
    try {
      const look = await containers.run(pod, container, (root) => this.#prepare(pod, container, root));
      // Afterwards: a process that outlived us is known only now.
      await this.#renew(pod, container);
      return look;
    } catch (error) {
      if (error instanceof MountNotReady) {
        recorder.warning(pod, 'FailedMount', `MountVolume.SetUp failed : ${error.message}`);
        return waiting('ContainerCreating', error.message, LOOK_MS);
      }
      if (error instanceof Unsupported) {
        recorder.warning(pod, 'Failed', `Error: ${error.message}`);
        return waiting('CreateContainerConfigError', error.message, undefined);
      }
      if (hasReason(error, 'NotFound')) return waiting('ContainerCreating', error.message, LOOK_MS);
      if (error instanceof Error && 'code' in error && 'syscall' in error)
        return waiting('CreateContainerError', error.message, LOOK_MS);
      throw error;
    }
  }

  #isAgent(image: string): boolean {
    const reference = parseReference(image);
    const plain = (version: string): string => version.replace(/^v/, '');
    return (
      reference?.repository.split('/').at(-1) === 'drover' &&
      plain(reference.tag ?? '') === plain(this.options.agent.version)
    );
  }

  #pull(pod: Stored<Pod>, container: Container, image: string, signal: AbortSignal): Promise<PullState> {
    const { pulls, settings, clock } = this.options;
    return pulls.state(`${pod.metadata.uid}/${container.name}`, image, async (reference) => {
      const late = new AbortController();
      using _timer = clock.after(REGISTRY_MS, () => late.abort(new Error(`no answer within ${REGISTRY_MS / 1000} s`)));
      const registries = this.#registries();
      // Awaited here: the time limit ends with this block.
      return await lookUp(
        reference,
        registries,
        outbound(settings),
        this.#logins(pod),
        AbortSignal.any([signal, late.signal]),
      );
    });
  }

  /** The setting with the passwords that were taken out of it. */
  #registries(): RegistrySettings {
    const { settings, secrets: all } = this.options;
    const known = knownRegistries(all.get(REGISTRY_SECRET.namespace, REGISTRY_SECRET.name));
    return setting(settings, 'containerd-registry', (value) =>
      parseRegistrySettings(withPasswords(value, known) ?? value),
    );
  }

  #logins({ metadata, spec }: Stored<Pod>): Login[] {
    return (spec?.imagePullSecrets ?? []).flatMap(({ name = '' }) => {
      const encoded = this.options.secrets.get(metadata.namespace, name)?.data?.['.dockerconfigjson'];
      return encoded === undefined ? [] : parseLogins(new Hidden(Buffer.from(encoded, 'base64').toString('utf8')));
    });
  }

  async #prepare(
    pod: Stored<Pod>,
    container: Container,
    root: string,
  ): Promise<{ command: readonly string[]; environment: Record<string, string> }> {
    const { agent, surroundings } = this.options;
    if ((container.command ?? []).length > 0 || (container.args ?? []).length > 0) {
      throw new Unsupported('command and args are not supported by this host: it runs the image as it is');
    }
    const documents = this.#documents(pod.metadata.namespace);
    await layOut(pod, container, root, await this.#account(pod), documents);
    const environment = await environmentOf(pod, container, root, surroundings, async (kind, name, key) =>
      (await documents(kind, name))?.get(key)?.toString('utf8'),
    );
    return { command: agent.command, environment };
  }

  async #account({
    metadata,
    spec,
  }: Stored<Pod>): Promise<{ token: string; caPem: string; namespace: string } | undefined> {
    if (spec?.automountServiceAccountToken === false) return undefined;
    const { client, clock, surroundings } = this.options;
    const namespace = metadata.namespace ?? 'default';
    const token = await requestToken(client, namespace, spec?.serviceAccountName ?? 'default', clock);
    this.#tokens.set(metadata.uid, token);
    return { token: token.token.reveal(), caPem: surroundings.apiServer.caPem, namespace };
  }

  /** A token that nears its end, or of which we do not know because we came later, is replaced where its process reads it. */
  async #renew(pod: Stored<Pod>, { name }: Container): Promise<void> {
    const { containers, clock } = this.options;
    const { uid } = pod.metadata;
    if (!containers.isRunning(uid) || (this.#tokens.get(uid)?.renewAt ?? 0) > clock.now()) return;
    const account = await this.#account(pod);
    if (account !== undefined) await writeAccount(containers.rootOf(uid, name), account);
  }

  #documents(namespace: string | undefined): Documents {
    const { client } = this.options;
    const absent = (error: unknown): undefined => {
      if (!hasReason(error, 'NotFound')) throw error;
      return undefined;
    };
    return async (kind, name) => {
      if (kind === 'secret') {
        const object = await client.get(secrets, { namespace, name }).catch(absent);
        return (
          object &&
          new Map(Object.entries(object.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]))
        );
      }
      const object = await client.get(configMaps, { namespace, name }).catch(absent);
      return object && new Map(Object.entries(object.data ?? {}).map(([key, value]) => [key, Buffer.from(value)]));
    };
  }
}

function ignoreGone(error: unknown): void {
  if (!hasReason(error, 'NotFound') && !hasReason(error, 'Conflict')) throw error;
}
