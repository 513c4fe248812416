import type { KubeObject, ObjectRef, QuotaMeasure } from '@drover/api';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import type { ServiceAccountTokens } from '../auth/service-account-tokens.js';
import type { Catalog } from '../catalog/catalog.js';
import type { WorkQueueMetrics } from '../metrics/work-queue-metrics.js';
import type { StoredObject } from '../registry/core.js';
import type { FieldMark } from '../storage/rendering.js';

/** Which kind, whatever its version. */
export interface GroupResource {
  readonly group: string;
  readonly plural: string;
}

/** One change as a controller sees it. */
export type ObjectEvent =
  | { readonly type: 'ADDED'; readonly object: StoredObject }
  | { readonly type: 'MODIFIED'; readonly object: StoredObject; readonly previous: StoredObject }
  | { readonly type: 'DELETED'; readonly object: StoredObject };

/**
 * One change, not parsed yet: for those who look at every object and care about few. `object` parses it (of a deletion: the last
 * state).
 */
export interface Sighting {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly ref: ObjectRef;
  readonly object: StoredObject;
  /** Whether the object, or its state before, may have such a field. `false` is certain. */
  mentions(field: FieldMark): boolean;
}

/**
 * Stored objects for the server's own controllers: reads are synchronous, from memory; writes go the way of any request, as
 * `system:apiserver`. Objects it hands out are shared: copy before changing.
 */
export interface Objects {
  get(resource: GroupResource, ref: ObjectRef): StoredObject | undefined;
  list(resource: GroupResource, namespace?: string): readonly StoredObject[];
  /** ADDED for everything there is, then each change, in batches, in order and without a gap, until `signal` aborts. */
  watch(resource: GroupResource, onEvents: (events: readonly ObjectEvent[]) => void, signal: AbortSignal): void;
  /** As `list`, with nothing parsed. */
  sight(resource: GroupResource, namespace?: string): readonly Sighting[];
  /**
   * Each change from now on, as `watch` tells it, with nothing parsed; and ADDED for everything there is, a part of it at once and
   * the rest in turns of the event loop, never older than what was told of it. Resolves when all has been told.
   */
  follow(
    resource: GroupResource,
    onSightings: (sightings: readonly Sighting[]) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** @throws ApiError. */
  create(resource: GroupResource, object: KubeObject): Promise<StoredObject>;
  /**
   * Reads, calls `change` with a copy, writes what it returns (`undefined` leaves all as it is). Resolves with the object as it
   * then is, or with `undefined` when there is none any more. @throws ApiError.
   */
  update(
    resource: GroupResource,
    ref: ObjectRef,
    change: (object: KubeObject) => KubeObject | undefined,
    options?: { readonly subresource?: 'status' | 'finalize' },
  ): Promise<StoredObject | undefined>;
  /** Deletes by the rules of DELETE over HTTP; resolves when there is no such object. @throws ApiError. */
  delete(
    resource: GroupResource,
    ref: ObjectRef,
    options?: {
      readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
      readonly gracePeriodSeconds?: number;
      readonly uid?: string;
      readonly resourceVersion?: string;
    },
  ): Promise<void>;
}

/** What a controller is given. */
export interface ControllerContext {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly workQueues: Pick<WorkQueueMetrics, 'of'>;
  readonly objects: Objects;
  readonly catalog: Catalog;
  readonly tokens: Pick<ServiceAccountTokens, 'issueForSecret' | 'onSecretUsed'>;
  /** What objects of further kinds use of quotas. */
  readonly quotaMeasures: readonly QuotaMeasure[];
  /** PEM of the certificate authority. */
  readonly caPem: string;
  /** Aborts when the server stops. */
  readonly signal: AbortSignal;
}

/** A control loop of the server itself; disposing what it returns ends it and waits for what it is doing. */
export type Controller = (context: ControllerContext) => AsyncDisposable;
