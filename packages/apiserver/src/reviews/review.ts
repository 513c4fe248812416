import type { Identity, JsonObject, KubeObject } from '@drover/api';
import type { Clock } from '@drover/kit';
import type { Authenticator } from '../auth/authenticator.js';
import type { RuleIndex } from '../auth/rule-index.js';
import type { ObjectReader } from '../catalog/strategy.js';
import type { VirtualResource } from '../discovery/resource-list.js';
import type { Representation } from '../request/negotiation.js';

/** What the answers stand on. */
export interface ReviewContext {
  readonly rules: RuleIndex;
  readonly authenticator: Authenticator;
  readonly objects: ObjectReader;
  readonly clock: Clock;
  /** In what form the answer is wanted. */
  readonly form: Representation;
  /** Who asks. */
  readonly identity: Identity;
  /** Of the path. */
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /** The document as webhooks and policies leave it, for questions that are a subresource. @throws ApiError. */
  admit(document: KubeObject): Promise<KubeObject>;
}

/** What is sent with POST and not stored. */
export interface Question extends VirtualResource {
  /** Group and version of the document, where that is not the resource's. */
  readonly documents?: { readonly group: string; readonly version: string };
  /** Its document's schema among the built-in ones. */
  readonly component: string;
}

/** A question that comes back with its status filled in. */
export interface Review extends Question {
  /** The status (and whatever else changes) of the answer. @throws ApiError. */
  answer(document: KubeObject & { readonly spec?: JsonObject }, context: ReviewContext): JsonObject;
}
