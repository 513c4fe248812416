import type { Identity, KubeObject } from '@drover/api';
import {
  type Ask,
  type AuthorizationQuestion,
  CelAuthorizer,
  jsonValue,
  ResourceCheck,
  type Variables,
} from '@drover/api/cel';
import { serviceAccountGroups, serviceAccountUser } from '../auth/identity.js';
import type { Served } from '../catalog/definition.js';
import type { ObjectReader, Rights } from '../catalog/strategy.js';
import type { AdmissionRequest } from '../registry/admission.js';
import { NAMESPACE } from './expression-environment.js';
import { admissionRequest } from './review-request.js';
import { namespaceOf } from './rule.js';

const AUTHENTICATED = 'system:authenticated';

/** The variables of expressions about a request, in the form in which it was matched. */
export async function expressionVariables(
  request: AdmissionRequest,
  form: Served,
  rights: Rights,
  namespaceObject: KubeObject | undefined,
): Promise<Variables> {
  const { object = null, oldObject = null, ...rest } = await admissionRequest(request, form);
  const authorizer = new CelAuthorizer(askOf(request.identity, rights));
  const { group, resource, subresource = '', name } = request;
  const namespace = namespaceOf(request) ?? '';
  return {
    object: () => jsonValue(object),
    oldObject: () => jsonValue(oldObject),
    request: () => jsonValue(rest),
    namespaceObject: () => (namespaceObject === undefined ? null : jsonValue(namespaceObject, NAMESPACE.root)),
    authorizer,
    'authorizer.requestResource': () =>
      new ResourceCheck(authorizer, { group, resource, subresource, namespace, name }),
  };
}

/** The request's namespace as expressions see it; `undefined` for what has none, Namespaces among it. */
export function namespaceObject(request: AdmissionRequest, objects: ObjectReader): KubeObject | undefined {
  const { namespace } = request;
  return namespace === undefined ? undefined : objects.get({ group: '', plural: 'namespaces' }, { name: namespace });
}

function askOf(identity: Identity, rights: Rights): Ask {
  return (question) => {
    const { allowed, reason = '' } = rights.decide(askedAbout(question, identity), attributesOf(question));
    return { allowed, reason };
  };
}

function askedAbout({ serviceAccount }: AuthorizationQuestion, identity: Identity): Identity {
  if (serviceAccount === undefined) return identity;
  const { namespace, name } = serviceAccount;
  return {
    name: serviceAccountUser(namespace, name),
    groups: [...serviceAccountGroups(namespace), AUTHENTICATED],
    extra: {},
  };
}

function attributesOf(question: AuthorizationQuestion): Parameters<Rights['decide']>[1] {
  if ('path' in question) return { verb: question.verb, path: question.path };
  const { verb, group, resource, subresource, namespace, name } = question;
  return {
    verb,
    group,
    resource,
    ...(subresource === '' ? {} : { subresource }),
    ...(namespace === '' ? {} : { namespace }),
    ...(name === '' ? {} : { name }),
  };
}
