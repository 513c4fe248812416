import {
  type AdmissionPlugin,
  type AdmissionReview,
  ApiError,
  forbidden,
  type JsonObject,
  type KubeObject,
  notFound,
  type Subject,
} from '@drover/api';
import type { Clock } from '@drover/kit';
import type { Served } from '../catalog/definition.js';
import type { ObjectReader } from '../catalog/strategy.js';
import type { AdmissionMetrics, AdmissionType } from '../metrics/admission-metrics.js';

/** The kind of a subresource's document. */
export interface DocumentKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Its documents have no metadata: what they are given is not shown. */
  readonly bare?: boolean;
}

/** A write under review, with what steps outside this process are told of it. */
export interface AdmissionRequest extends AdmissionReview {
  /** The kind, in the version of the request: `object` and `old` are of it, unless `document` says otherwise. */
  readonly served: Served;
  /** What `object` and `old` are when a subresource has a document of its own, which is the same in every version. */
  readonly document?: DocumentKind;
  /** The request's options (meta/v1 CreateOptions, UpdateOptions, PatchOptions or DeleteOptions); a connection has none. */
  readonly options: JsonObject | null;
  /** Tells the caller something in a `Warning` header. */
  warn(sentence: string): void;
  /** Adds to the request's audit event. */
  annotate(key: string, value: string): void;
}

/** What one step makes of an object. */
export type Mutate = (object: KubeObject) => Promise<KubeObject>;

/** Steps that objects of the API configure: webhooks and policies. */
export interface ConfiguredAdmission {
  /** Whether a step may change objects. */
  readonly mutates: boolean;
  /**
   * The request's object as the steps leave it, at once where there are none. `again` runs the steps before these once more,
   * over what these changed.
   */
  mutate(request: AdmissionRequest, again: Mutate): Promise<KubeObject | undefined> | KubeObject | undefined;
  /** @throws ApiError when a step refuses. */
  validate(request: AdmissionRequest): Promise<void> | undefined;
}

/** The steps of a server, in the order in which they are asked. */
export interface AdmissionSteps {
  /**
   * Complete objects of built-in kinds before webhooks see them. Fields have the types that they have in Go; nothing else of the
   * object was checked, and a name that is to be generated is not there yet.
   */
  readonly completing?: readonly AdmissionPlugin[];
  readonly configured?: ConfiguredAdmission;
  /** See valid objects, as they will be stored. They may change them, too: what they make is checked again. */
  readonly plugins: readonly AdmissionPlugin[];
  /** Look at what will be stored after everything else, and change nothing. */
  readonly last?: readonly AdmissionPlugin[];
  /** Who counts and times them. */
  readonly account?: AdmissionAccount;
}

/** Where is noted what steps took. */
export interface AdmissionAccount {
  readonly clock: Pick<Clock, 'now'>;
  readonly metrics: Pick<AdmissionMetrics, 'step' | 'plugin'>;
}

/** Decides about each write: first what may complete the object, then what sees it valid, then what may only refuse it. */
export class Admission {
  readonly #completing: PluginTable;
  readonly #plugins: PluginTable;
  readonly #last: PluginTable;
  readonly #configured: ConfiguredAdmission | undefined;
  readonly #account: AdmissionAccount | undefined;

  constructor({ completing = [], configured, plugins, last = [], account }: AdmissionSteps) {
    this.#completing = new PluginTable('admit', completing, account);
    this.#configured = configured;
    this.#plugins = new PluginTable('validate', plugins, account);
    this.#last = new PluginTable('validate', last, account);
    this.#account = account;
  }

  /** Whether something may change objects of the kind before they are checked: without that, `mutate` need not be asked. */
  mutates(resource: { readonly group: string; readonly plural: string }): boolean {
    return this.#configured?.mutates === true || this.#completing.of(resource).length > 0;
  }

  /** The object, which was not checked yet, as the first steps leave it; the same value when none changed it. @throws ApiError. */
  async mutate(request: AdmissionRequest): Promise<KubeObject | undefined> {
    const started = this.#account?.clock.now() ?? 0;
    let rejected = true;
    try {
      const object = await this.#completing.run(request);
      const again: Mutate = async (changed) => (await this.#completing.run({ ...request, object: changed })) ?? changed;
      const whole = object === undefined ? request : { ...request, object };
      const mutated = this.#configured === undefined ? object : await this.#configured.mutate(whole, again);
      rejected = false;
      return mutated;
    } finally {
      this.#tell('admit', request, rejected, started);
    }
  }

  /** A valid object as the steps of this process leave it; the same value when none changed it. @throws ApiError. */
  review(request: AdmissionReview): Promise<KubeObject | undefined> | KubeObject | undefined {
    return this.#plugins.run(request);
  }

  /**
   * A document that is not stored but answered, or the options of a connection, as configured steps leave it: those of this
   * process look at what is stored.
   *
   * @throws ApiError when a step refuses it.
   */
  async question(request: AdmissionRequest): Promise<KubeObject | undefined> {
    const object = await this.#configured?.mutate(request, async (changed) => changed);
    const asked = object === undefined ? request : { ...request, object };
    await this.#configured?.validate(asked);
    return asked.object;
  }

  /** @throws ApiError when a step refuses what is about to be stored. */
  async validate(request: AdmissionRequest): Promise<void> {
    const started = this.#account?.clock.now() ?? 0;
    let rejected = true;
    try {
      const validated = this.#configured?.validate(request);
      if (validated !== undefined) await validated;
      await this.#last.run(request);
      rejected = false;
    } finally {
      this.#tell('validate', request, rejected, started);
    }
  }

  #tell(type: AdmissionType, { operation }: AdmissionRequest, rejected: boolean, started: number): void {
    const { clock, metrics } = this.#account ?? {};
    if (clock !== undefined) metrics?.step(type, operation, rejected, clock.now() - started);
  }
}

/** Names every kind. */
const ALL = '*/*';

/** Steps compiled into this process, in their order, by the kind they look at. */
class PluginTable {
  readonly #byResource = new Map<string, AdmissionPlugin[]>();
  /** Those for each kind come after those for one: they see what will be stored. */
  readonly #ofAll: readonly AdmissionPlugin[];

  constructor(
    readonly type: AdmissionType,
    plugins: readonly AdmissionPlugin[],
    readonly account: AdmissionAccount | undefined,
  ) {
    this.#ofAll = plugins.filter(({ resources }) => resources.includes(ALL));
    for (const plugin of plugins) {
      for (const resource of plugin.resources) {
        this.#byResource.set(resource, [...(this.#byResource.get(resource) ?? []), plugin]);
      }
    }
  }

  /** The steps that look at a kind, in their order. */
  of({ group, plural }: { readonly group: string; readonly plural: string }): readonly AdmissionPlugin[] {
    const own = this.#byResource.get(`${group}/${plural}`);
    return own === undefined ? this.#ofAll : [...own, ...this.#ofAll];
  }

  run(review: AdmissionReview): Promise<KubeObject | undefined> | KubeObject | undefined {
    const plugins = this.of({ group: review.group, plural: review.resource });
    return plugins.length === 0 ? review.object : this.#admittedBy(plugins, review);
  }

  async #admittedBy(plugins: readonly AdmissionPlugin[], review: AdmissionReview): Promise<KubeObject | undefined> {
    let object = review.object;
    for (const plugin of plugins) {
      const started = this.account?.clock.now() ?? 0;
      let rejected = true;
      try {
        object = (await plugin.admit(object === undefined ? review : { ...review, object })) ?? object;
        rejected = false;
      } finally {
        this.#tell(plugin, review, rejected, started);
      }
    }
    return object;
  }

  #tell({ name }: AdmissionPlugin, { operation }: AdmissionReview, rejected: boolean, started: number): void {
    const { clock, metrics } = this.account ?? {};
    if (clock !== undefined) metrics?.plugin(name, this.type, operation, rejected, clock.now() - started);
  }
}

/** What a refusal calls the object under review: before its name is generated, by what that begins with. */
export function reviewedName({ name, object }: AdmissionReview): string {
  return name || object?.metadata.generateName || 'Unknown';
}

/**
 * Refuses to make an object in a namespace that is not there or is going away (NamespaceLifecycle).
 *
 * @throws ApiError NotFound or Forbidden.
 */
export function requireNamespace(reader: ObjectReader, subject: Subject, namespace: string, name: string): void {
  const found = reader.get({ group: '', plural: 'namespaces' }, { name: namespace });
  if (found === undefined) throw notFound({ group: '', plural: 'namespaces' }, namespace);
  if (found.metadata.deletionTimestamp === undefined) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const { message, details } = forbidden(subject, name, why);
  throw new ApiError('Forbidden', message, {
    ...details,
    causes: [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  });
}
