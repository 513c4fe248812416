import type { PolicyRule } from './generated/types/rbac-v1.js';

/** A request to a Kubernetes API, as RBAC sees it. */
export interface AccessRequest {
  readonly verb: string;
  /** The API group; empty for the core group. */
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** Questions that are answered at once. */
export const MAX_WHY_REQUESTS = 200;

/** What is asked of `POST /v1-drover/clusters/:cluster/why`. */
export interface WhyQuestion {
  /** Name of the user's object, or the name it signs in with. Absent: whoever asks. */
  readonly user?: string;
  readonly requests: readonly AccessRequest[];
}

/** Where a role counts. */
export type WhyPlace =
  | { readonly type: 'project'; readonly id: string; readonly name: string }
  | { readonly type: 'cluster'; readonly id: string; readonly name: string }
  | { readonly type: 'server' };

/** A role that people are given here: a role template, or a global role. */
export interface WhyRole {
  readonly kind: 'RoleTemplate' | 'GlobalRole';
  readonly name: string;
  readonly displayName: string;
  readonly place: WhyPlace;
}

/** The binding made here that something in a cluster's RBAC follows from. */
export interface WhyBinding {
  readonly kind: 'GlobalRoleBinding' | 'ClusterRoleTemplateBinding' | 'ProjectRoleTemplateBinding';
  readonly namespace?: string;
  readonly name: string;
  readonly role: WhyRole;
}

/** Who made a binding of the cluster: this server because of its own bindings, Kubernetes itself, or somebody else. */
export type WhyOrigin =
  | { readonly type: 'drover'; readonly bindings: readonly WhyBinding[] }
  | { readonly type: 'kubernetes' }
  | { readonly type: 'outside' };

/** A subject of RBAC: what a binding is for. */
export interface WhySubject {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** One way by which a request is allowed. */
export interface WhyGrant {
  readonly binding: {
    readonly kind: 'ClusterRoleBinding' | 'RoleBinding';
    readonly namespace?: string;
    readonly name: string;
  };
  readonly role: { readonly kind: string; readonly name: string };
  /** The first rule of the role that fits. */
  readonly rule: PolicyRule;
  /** What the binding calls the user, or the group the user is in. */
  readonly subject: WhySubject;
  readonly origin: WhyOrigin;
}

/** Somebody who may give a role. */
export interface WhyGrantor {
  readonly kind: 'user' | 'group';
  readonly id: string;
  readonly name: string;
}

/** A role that would allow a request, and some of those who may give it. */
export interface WhyRemedy {
  readonly role: WhyRole;
  readonly grantors: readonly WhyGrantor[];
}

/**
 * Why a request was refused before its cluster was asked: the user is disabled, has nothing to do with the cluster, or has rights
 * in it that were taken away here and could not be taken away there.
 */
export type WhyRefusal = 'disabled' | 'not-a-member' | 'rights-not-current';

/** Whether a request is allowed, and why. */
export type WhyAnswer =
  | {
      readonly allowed: true;
      readonly request: AccessRequest;
      /** The ways that RBAC knows, at most ten; empty when the cluster decides by something else. */
      readonly grants: readonly WhyGrant[];
      /** What the cluster says itself about its decision. */
      readonly reason: string;
    }
  | {
      readonly allowed: false;
      readonly request: AccessRequest;
      readonly refusal?: WhyRefusal;
      /** A request without a name: the names for which it would be allowed, at most a hundred. */
      readonly names: readonly string[];
      /** The closest roles that would allow it, at most three. */
      readonly remedies: readonly WhyRemedy[];
      readonly reason: string;
    };

/** What `POST /v1-drover/clusters/:cluster/why` answers; `answers` in the order of the requests. */
export interface Why {
  readonly type: 'why';
  readonly cluster: { readonly id: string; readonly name: string };
  readonly user: { readonly id: string; readonly name: string };
  readonly answers: readonly WhyAnswer[];
}

/** Whether an answer is one of `POST /v1-drover/clusters/:cluster/why`. */
export const isWhy = (answer: unknown): answer is Why =>
  typeof answer === 'object' && answer !== null && 'type' in answer && answer.type === 'why';

/** A binding of a cluster that neither this server nor Kubernetes made, with what it gives. */
export interface OutsideBinding {
  readonly kind: 'ClusterRoleBinding' | 'RoleBinding';
  readonly namespace?: string;
  readonly name: string;
  readonly created: string;
  readonly role: { readonly kind: string; readonly name: string };
  /** At most twenty; `subjectCount` says how many there are. */
  readonly subjects: readonly WhySubject[];
  readonly subjectCount: number;
  /** What the role allows, at most fifty rules; empty when there is no such role. */
  readonly rules: readonly PolicyRule[];
  readonly ruleCount: number;
}

/** What `GET /v1-drover/clusters/:cluster/outsidebindings` answers: one page, in the order of their names. */
export interface OutsideBindings {
  readonly type: 'collection';
  readonly count: number;
  readonly data: readonly OutsideBinding[];
  /** Where the next page begins; absent on the last one. */
  readonly continue?: string;
}
