import type { Identity, KubeObject } from '@drover/api';
import type { Core } from '../registry/core.js';
import type { Representation } from '../request/negotiation.js';
import type { Question } from '../reviews/review.js';

/** Who orders, where, and how. */
export interface OrderContext {
  readonly core: Core;
  readonly identity: Identity;
  readonly namespace: string;
  readonly dryRun: boolean;
}

/** What an order is served with. */
export interface OrderRequest extends Omit<OrderContext, 'namespace'> {
  /** Of the path. */
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /** In what form the answer is wanted. */
  readonly form: Representation;
  /** The document as webhooks and policies leave it. @throws ApiError. */
  admit(document: KubeObject): Promise<KubeObject>;
}

/** A document sent with POST that the server acts on at once and does not store: the answer says only that it is done. */
export interface Order extends Question {
  /** Refuses, before admission is asked, what can never be done. @throws ApiError. */
  check?(document: KubeObject): void;
  /** Does what the document says about the object that it names. @throws ApiError. */
  perform(document: KubeObject, context: OrderContext): Promise<void>;
}
