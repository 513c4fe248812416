import { dnsLabel, dnsSubdomain } from '../../names.js';
import { instance, type Library, member, string } from '../declaration.js';
import { EvaluationError } from '../evaluation-error.js';
import { BOOL, opaque, STRING } from '../type.js';
import { CelOpaque } from '../value.js';

/** What an expression asks the authorizer. */
export type AuthorizationQuestion = { readonly verb: string; readonly serviceAccount?: ServiceAccountRef } & (
  | { readonly path: string }
  | {
      readonly group: string;
      readonly resource: string;
      readonly subresource: string;
      readonly namespace: string;
      readonly name: string;
      readonly fieldSelector?: string;
      readonly labelSelector?: string;
    }
);

/** A service account that is asked about in place of who makes the request. */
export interface ServiceAccountRef {
  readonly namespace: string;
  readonly name: string;
}

/** What the authorizer says; `error` when it could not. */
export interface AuthorizationAnswer {
  readonly allowed: boolean;
  readonly reason: string;
  readonly error?: string;
}

/** Answers questions about who makes the request; given by whoever evaluates expressions with an `authorizer`. */
export type Ask = (question: AuthorizationQuestion) => AuthorizationAnswer;

/** The type of the variable `authorizer`. */
export const AUTHORIZER = opaque('kubernetes.authorization.Authorizer');
/** The type of the variable `authorizer.requestResource`. */
export const RESOURCE_CHECK = opaque('kubernetes.authorization.ResourceCheck');

/** The value of the variable `authorizer`. */
export class CelAuthorizer extends CelOpaque {
  override readonly typeName = 'kubernetes.authorization.Authorizer';

  constructor(
    readonly ask: Ask,
    readonly serviceAccount?: ServiceAccountRef,
  ) {
    super();
  }

  override equals(other: CelOpaque): boolean {
    return other === this;
  }
}

class PathCheck extends CelOpaque {
  override readonly typeName = 'kubernetes.authorization.PathCheck';

  constructor(
    readonly authorizer: CelAuthorizer,
    readonly path: string,
  ) {
    super();
  }

  override equals(other: CelOpaque): boolean {
    return other === this;
  }
}

class GroupCheck extends CelOpaque {
  override readonly typeName = 'kubernetes.authorization.GroupCheck';

  constructor(
    readonly authorizer: CelAuthorizer,
    readonly group: string,
  ) {
    super();
  }

  override equals(other: CelOpaque): boolean {
    return other === this;
  }
}

type Resource = Omit<Extract<AuthorizationQuestion, { resource: string }>, 'verb' | 'serviceAccount'>;

/** A question about a resource that still lacks the verb; `authorizer.requestResource` is one. */
export class ResourceCheck extends CelOpaque {
  override readonly typeName = 'kubernetes.authorization.ResourceCheck';

  constructor(
    readonly authorizer: CelAuthorizer,
    readonly resource: Resource,
  ) {
    super();
  }

  with(more: Partial<Resource>): ResourceCheck {
    return new ResourceCheck(this.authorizer, { ...this.resource, ...more });
  }

  override equals(other: CelOpaque): boolean {
    return other === this;
  }
}

class Decision extends CelOpaque {
  override readonly typeName = 'kubernetes.authorization.Decision';

  constructor(readonly answer: AuthorizationAnswer) {
    super();
  }

  override equals(other: CelOpaque): boolean {
    return other === this;
  }
}

const authorizer = instance('kubernetes.authorization.Authorizer', CelAuthorizer);
const pathCheck = instance('kubernetes.authorization.PathCheck', PathCheck);
const groupCheck = instance('kubernetes.authorization.GroupCheck', GroupCheck);
const resourceCheck = instance('kubernetes.authorization.ResourceCheck', ResourceCheck);
const decision = instance('kubernetes.authorization.Decision', Decision);

function decide(on: CelAuthorizer, question: AuthorizationQuestion): Decision {
  return new Decision(on.ask(on.serviceAccount ? { ...question, serviceAccount: on.serviceAccount } : question));
}

const filled = (name: string, value: string): string => {
  if (value.trim() === '') throw new EvaluationError(`${name} must not be empty`);
  return value;
};

const ofServiceAccount = ({ ask }: CelAuthorizer, namespace: string, name: string): CelAuthorizer => {
  const badName = dnsSubdomain(name);
  if (badName !== undefined) throw new EvaluationError(`Invalid service account name: ${badName}`);
  const badNamespace = dnsLabel(namespace);
  if (badNamespace !== undefined) throw new EvaluationError(`Invalid service account namespace: ${badNamespace}`);
  return new CelAuthorizer(ask, { namespace, name });
};

const narrows = (id: string, more: (value: string) => Partial<Resource>) =>
  member(id, [resourceCheck, string], resourceCheck.type, (check, value) => check.with(more(value)));

/** Kubernetes' questions to the authorizer. */
export const AUTHORIZATION: Library = [
  [
    'path',
    [
      member(
        'authorizer_path',
        [authorizer, string],
        pathCheck.type,
        (on, path) => new PathCheck(on, filled('path', path)),
      ),
    ],
  ],
  [
    'group',
    [member('authorizer_group', [authorizer, string], groupCheck.type, (on, group) => new GroupCheck(on, group))],
  ],
  [
    'serviceAccount',
    [member('authorizer_serviceaccount', [authorizer, string, string], authorizer.type, ofServiceAccount)],
  ],
  [
    'resource',
    [
      member('groupcheck_resource', [groupCheck, string], resourceCheck.type, ({ authorizer: on, group }, resource) => {
        const rest = { subresource: '', namespace: '', name: '' };
        return new ResourceCheck(on, { group, resource: filled('resource', resource), ...rest });
      }),
    ],
  ],
  ['subresource', [narrows('resourcecheck_subresource', (subresource) => ({ subresource }))]],
  ['namespace', [narrows('resourcecheck_namespace', (namespace) => ({ namespace }))]],
  ['name', [narrows('resourcecheck_name', (name) => ({ name }))]],
  ['fieldSelector', [narrows('authorizer_fieldselector', (fieldSelector) => ({ fieldSelector }))]],
  ['labelSelector', [narrows('authorizer_labelselector', (labelSelector) => ({ labelSelector }))]],
  [
    'check',
    [
      member('pathcheck_check', [pathCheck, string], decision.type, ({ authorizer: on, path }, verb) =>
        decide(on, { path, verb }),
      ),
      member('resourcecheck_check', [resourceCheck, string], decision.type, ({ authorizer: on, resource }, verb) =>
        decide(on, { ...resource, verb }),
      ),
    ],
  ],
  ['allowed', [member('decision_allowed', [decision], BOOL, ({ answer }) => answer.allowed)]],
  ['reason', [member('decision_reason', [decision], STRING, ({ answer }) => answer.reason)]],
  ['errored', [member('decision_errored', [decision], BOOL, ({ answer }) => answer.error !== undefined)]],
  ['error', [member('decision_error', [decision], STRING, ({ answer }) => answer.error ?? '')]],
];
