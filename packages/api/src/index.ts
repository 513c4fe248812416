export type { AdmissionPlugin, AdmissionReview } from './admission.js';
export {
  ApiError,
  alreadyExists,
  badRequest,
  conflict,
  expired,
  forbidden,
  fromStatus,
  hasReason,
  invalid,
  notFound,
  notServed,
  type Reason,
  type Subject,
  toStatus,
  unauthorized,
  unavailable,
} from './errors.js';
export type { AggregatedApi, ApiRequest, ApiResponse, Attributes, Authorize, PathHandler } from './exchange.js';
export { type Identity, SYSTEM_MASTERS } from './identity.js';
export { apiVersion, defineKind, type Kind, type ObjectRef, resourcePath } from './kind.js';
export type {
  Json,
  JsonObject,
  KubeObject,
  ManagedFieldsEntry,
  ObjectList,
  ObjectMeta,
  OwnerReference,
  Status,
  StatusCause,
  StatusDetails,
  Stored,
  WatchEvent,
} from './object.js';
