import {
  type AdmissionPlugin,
  type AdmissionReview,
  ApiError,
  forbidden,
  type KubeObject,
  notFound,
  type Subject,
} from '@drover/api';
import type { ObjectReader } from '../catalog/strategy.js';

/** Names every kind. */
const ALL = '*/*';

/** The admission steps compiled into this process, in their order, by the kind they look at. */
export class Admission {
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

  /** The object as the steps leave it; the same value when none changed it. @throws ApiError when one refuses. */
  async admit(review: AdmissionReview): Promise<KubeObject | undefined> {
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
