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
import type { Served } from '../catalog/definition.js';
import type { ObjectReader } from '../catalog/strategy.js';

/** The kind of a subresource's document. */
export interface DocumentKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** A write under review, with what steps outside this process are told of it. */
export interface AdmissionRequest extends AdmissionReview {
  /** The kind, in the version of the request: `object` and `old` are of it, unless `document` says otherwise. */
  readonly served: Served;
  /** What `object` and `old` are when a subresource has a document of its own, which is the same in every version. */
  readonly document?: DocumentKind;
  /** The request's options (meta/v1 CreateOptions, UpdateOptions, PatchOptions or DeleteOptions). */
  readonly options: JsonObject;
  /** Tells the caller something in a `Warning` header. */
  warn(sentence: string): void;
  /** Adds to the request's audit event. */
  annotate(key: string, value: string): void;
}

/** What one step makes of an object. */
export type Mutate = (object: KubeObject) => Promise<KubeObject>;

/** Steps that objects of the API configure: webhooks and policies. */
export interface ConfiguredAdmission {
  /**
   * The request's object as the steps leave it, at once where there are none. `again` runs the steps before these once more,
   * over what these changed.
   */
  mutate(request: AdmissionRequest, again: Mutate): Promise<KubeObject | undefined> | KubeObject | undefined;
  /** @throws ApiError when a step refuses. */
  validate(request: AdmissionRequest): Promise<void> | undefined;
}

/** The steps of a server, in the order of Kubernetes: those of this process, configured ones, and the last word. */
export interface AdmissionSteps {
  /** May change the object, and refuse it. */
  readonly plugins: readonly AdmissionPlugin[];
  readonly configured?: ConfiguredAdmission;
  /** Look at what will be stored, and change nothing. */
  readonly last?: readonly AdmissionPlugin[];
}

/** Decides about each write: first what may change the object, then what may only refuse it. */
export class Admission {
  readonly #plugins: PluginTable;
  readonly #last: PluginTable;
  readonly #configured: ConfiguredAdmission | undefined;

  constructor({ plugins, configured, last = [] }: AdmissionSteps) {
    this.#plugins = new PluginTable(plugins);
    this.#last = new PluginTable(last);
    this.#configured = configured;
  }

  /** Whether a step of this process looks at the object before it is stored, and may rely on its shape. */
  hasPlugin(request: AdmissionReview): boolean {
    return this.#plugins.has(request);
  }

  /** The object as the steps leave it; the same value when none changed it. @throws ApiError when one refuses. */
  async mutate(request: AdmissionRequest): Promise<KubeObject | undefined> {
    const object = await this.#plugins.run(request);
    if (this.#configured === undefined) return object;
    const again: Mutate = async (changed) => (await this.#plugins.run({ ...request, object: changed })) ?? changed;
    return this.#configured.mutate(object === undefined ? request : { ...request, object }, again);
  }

  /**
   * A document that is answered and not stored, as configured steps leave it: those of this process look at what is stored.
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
    const validated = this.#configured?.validate(request);
    if (validated !== undefined) await validated;
    await this.#last.run(request);
  }
}

/** Names every kind. */
const ALL = '*/*';

/** Steps compiled into this process, in their order, by the kind they look at. */
class PluginTable {
  readonly #byResource = new Map<string, AdmissionPlugin[]>();
  /** Those for each kind come after those for one: they see what will be stored. */
  readonly #ofAll: readonly AdmissionPlugin[];

  constructor(plugins: readonly AdmissionPlugin[]) {
    this.#ofAll = plugins.filter(({ resources }) => resources.includes(ALL));
    for (const plugin of plugins) {
      for (const resource of plugin.resources) {
        this.#byResource.set(resource, [...(this.#byResource.get(resource) ?? []), plugin]);
      }
    }
  }

  has({ group, resource }: AdmissionReview): boolean {
    return this.#ofAll.length > 0 || this.#byResource.has(`${group}/${resource}`);
  }

  async run(review: AdmissionReview): Promise<KubeObject | undefined> {
    const plugins = [...(this.#byResource.get(`${review.group}/${review.resource}`) ?? []), ...this.#ofAll];
    let object = review.object;
    for (const plugin of plugins) {
      object = (await plugin.admit(object === undefined ? review : { ...review, object })) ?? object;
    }
    return object;
  }
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
