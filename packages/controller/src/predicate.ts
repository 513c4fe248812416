import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '@drover/api';
import type { InformerEvent } from '@drover/client';

/** Whether an event is worth a look. Leaving one out is only an economy: a reconcile is right at any time. */
export type Predicate<T extends KubeObject> = (event: InformerEvent<T>) => boolean;

/** Additions, deletions, and updates of what a user declared: the server counts those in `metadata.generation`. */
export const generationChanged: Predicate<KubeObject> = (event) =>
  event.type !== 'updated' ||
  event.object.metadata.generation === undefined ||
  event.object.metadata.generation !== event.previous.metadata.generation ||
  event.object.metadata.deletionTimestamp !== event.previous.metadata.deletionTimestamp;

/** Additions, deletions, and updates of labels. */
export const labelsChanged: Predicate<KubeObject> = (event) =>
  event.type !== 'updated' || !isDeepStrictEqual(event.object.metadata.labels, event.previous.metadata.labels);

/** Additions, deletions, and updates of annotations. */
export const annotationsChanged: Predicate<KubeObject> = (event) =>
  event.type !== 'updated' ||
  !isDeepStrictEqual(event.object.metadata.annotations, event.previous.metadata.annotations);

/** Events that any of `predicates` lets through. */
export const either =
  <T extends KubeObject>(...predicates: readonly Predicate<T>[]): Predicate<T> =>
  (event) =>
    predicates.some((predicate) => predicate(event));
