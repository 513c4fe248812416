import type { Attributes, Identity, KubeObject, ObjectMeta, ObjectRef, StatusCause } from '@drover/api';
import type { PolicyRule } from '@drover/api/types/rbac-v1';
import type { Clock, RandomBytes } from '@drover/kit';

/** What a strategy may look at beside the object itself. */
export interface StrategyContext {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly identity: Identity;
  readonly objects: ObjectReader;
  readonly rights: Rights;
  /** Tells the caller something in a `Warning` header. */
  warn(sentence: string): void;
}

/** What is known about who may do what. */
export interface Rights {
  decide(identity: Identity, attributes: Attributes): { readonly allowed: boolean; readonly reason?: string };
  /** Every rule the identity holds in a namespace ('' for those it holds everywhere). */
  rulesOf(identity: Identity, namespace: string): readonly PolicyRule[];
  /** The rules of the role a binding in a namespace names; `undefined` when there is no such role. */
  rulesOfRole(
    role: { readonly kind: string; readonly name: string },
    namespace: string,
  ): readonly PolicyRule[] | undefined;
}

/** Synchronous reads of other stored objects. */
export interface ObjectReader {
  get(resource: { readonly group: string; readonly plural: string }, ref: ObjectRef): KubeObject | undefined;
  list(resource: { readonly group: string; readonly plural: string }, namespace?: string): readonly KubeObject[];
}

/** Which part of an object a write is about. */
export type Part = 'main' | 'status' | 'finalize' | 'scale';

/** What is wrong with a name, or `undefined`. `generated` asks about a prefix that is still to be completed. */
export type NameRule = (name: string) => string | undefined;

/**
 * What a kind does differently from a plain object with `spec` and `status`. The core calls each hook at its place and
 * contains no kind itself. Hooks change the object they are given; it is private to the request.
 */
export interface Strategy {
  readonly nameRule: NameRule;
  /** PUT of an absent object makes it. */
  readonly createOnUpdate?: boolean;
  /** PUT without a resourceVersion is taken (custom resources refuse it). */
  readonly unconditionalUpdate?: boolean;
  /**
   * What of its metadata a write of `status` leaves as it is: nothing unless said, so that controllers may put annotations and
   * finalizers beside a status.
   */
  readonly statusLeaves?: 'metadata' | readonly (keyof ObjectMeta)[];
  /** What a write of `status` says of metadata is managed by nobody, whether it is left or not. */
  readonly statusDisownsMetadata?: boolean;
  /** Seconds a deletion waits for someone to finish it; `undefined` deletes at once. */
  readonly graceSeconds?: (object: KubeObject, asked: number | undefined) => number | undefined;
  /** Fills in what is absent, before validation, on each write. */
  readonly fill?: (object: KubeObject, context: StrategyContext) => void;
  readonly prepareForCreate?: (object: KubeObject, context: StrategyContext) => void;
  readonly prepareForUpdate?: (object: KubeObject, old: KubeObject, part: Part, context: StrategyContext) => void;
  /** Rules beyond the schema. */
  readonly validate?: (
    object: KubeObject,
    old: KubeObject | undefined,
    context: StrategyContext,
  ) => readonly StatusCause[];
  /** Refuses (throws ApiError) what this caller may not write although RBAC allows the verb. */
  readonly authorizeWrite?: (object: KubeObject, old: KubeObject | undefined, context: StrategyContext) => void;
  /** A DELETE answers with the object as it was, where others answer with a Status. */
  readonly returnsDeleted?: boolean;
  /** Called on the object when its deletion is asked for. */
  readonly markDeleted?: (object: KubeObject) => void;
  /** Whether something beside `metadata.finalizers` still holds a deleted object back. */
  readonly heldBack?: (object: KubeObject) => boolean;
  /** Refuses (throws ApiError) a deletion. */
  readonly authorizeDelete?: (object: KubeObject) => void;
  /** `metadata.generation` counts changes outside metadata and status. */
  readonly generation: boolean;
}
