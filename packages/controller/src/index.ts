export {
  type Condition,
  type ConditionLike,
  findCondition,
  isConditionTrue,
  type Observation,
  type RancherCondition,
  rfc3339,
  setCondition,
  setRancherCondition,
} from './condition.js';
export { updateWithRetry } from './conflict.js';
export {
  again,
  type Controller,
  type ControllerMetrics,
  type ControllerOptions,
  createController,
  done,
  type Reconcile,
  type Request,
  type Result,
  Terminal,
} from './controller.js';
export { createIfAbsent, createOrUpdate, updateStatus } from './create-or-update.js';
export { installDefinitions } from './definitions.js';
export { deleteIfPresent } from './delete-if-present.js';
export { addFinalizer, hasFinalizer, isBeingDeleted, removeFinalizer } from './finalizer.js';
export { getIfPresent } from './get-if-present.js';
export { type LeaderOptions, runWhileLeader } from './leader.js';
export { controllerOf, isOwnedBy, ownerReference } from './owner.js';
export { annotationsChanged, either, generationChanged, labelsChanged, type Predicate } from './predicate.js';
export { events, owned, type Source, type WatchOptions, watches } from './source.js';
export { WorkQueue, type WorkQueueOptions } from './work-queue.js';
