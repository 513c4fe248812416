import type { Identity, JsonObject, KubeObject } from '@drover/api';
import type { Served } from '../catalog/definition.js';
import type { AdmissionRequest } from '../registry/admission.js';
import { equivalentObjects } from './equivalents.js';
import { namespaceOf } from './rule.js';
import type { Webhook } from './webhook.js';

/** The group of AdmissionReview. */
export const ADMISSION = 'admission.k8s.io';

/** The question put to a webhook: a request, in the form its rules matched (admission.k8s.io AdmissionReview). */
export async function reviewRequest(
  request: AdmissionRequest,
  form: Served,
  { reviewVersion }: Webhook,
  uid: string,
): Promise<object> {
  return {
    kind: 'AdmissionReview',
    apiVersion: `${ADMISSION}/${reviewVersion}`,
    request: { uid, ...(await admissionRequest(request, form)) },
  };
}

/** What a request is, as AdmissionReview and the variable `request` of expressions tell it. */
export async function admissionRequest(request: AdmissionRequest, form: Served): Promise<JsonObject> {
  const { served, document, subresource, name, operation, identity, dryRun, options } = request;
  const { object = null, old = null } = await equivalentObjects(request, form);
  const namespace = namespaceOf(request);
  const sub = subresource === undefined ? {} : { subResource: subresource };
  return {
    kind: kindOf(form, document),
    resource: resourceOf(form),
    ...sub,
    requestKind: kindOf(served, document),
    requestResource: resourceOf(served),
    ...(subresource === undefined ? {} : { requestSubResource: subresource }),
    ...(name === '' ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
    operation,
    userInfo: userInfo(identity),
    object: asJson(document?.bare ? withoutMetadata(object) : object),
    oldObject: asJson(old),
    dryRun,
    options,
  };
}

function kindOf({ definition, version }: Served, document: AdmissionRequest['document']): JsonObject {
  if (document !== undefined) return { group: document.group, version: document.version, kind: document.kind };
  return { group: definition.group, version: version.name, kind: definition.kind };
}

function resourceOf({ definition, version }: Served): JsonObject {
  return { group: definition.group, version: version.name, resource: definition.plural };
}

function userInfo({ name, uid, groups, extra }: Identity): JsonObject {
  return {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups,
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

function withoutMetadata(object: KubeObject | null): object | null {
  if (object === null) return null;
  const { metadata: _none, ...shown } = object;
  return shown;
}

const asJson = (object: object | null): JsonObject | null => object as JsonObject | null;
