import { ApiError, fromStatus, isJsonObject, type Json, type JsonObject } from '@drover/api';
import { CallFailed } from '../webhook/call-failure.js';
import { ADMISSION } from './review-request.js';
import type { Webhook } from './webhook.js';

/** A webhook's answer that counts. */
export interface ReviewResponse {
  readonly allowed: boolean;
  /** Operations of a JSON patch; absent when nothing is to change. */
  readonly patch?: string;
  readonly result: JsonObject | undefined;
  readonly warnings: readonly string[];
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

/**
 * Reads the answer to the question `uid`. In v1 it has to answer exactly that, and only a mutating webhook may answer with a
 * patch; v1beta1 was never so strict.
 *
 * @throws CallFailed when it does not count.
 */
export function readReviewResponse(
  document: Json,
  { reviewVersion }: Webhook,
  uid: string,
  mutating: boolean,
): ReviewResponse {
  const review = isJsonObject(document) ? document : {};
  const response = review['response'];
  if (!isJsonObject(response)) throw invalid('webhook response was absent');
  const patch = textOf(response['patch']);
  if (reviewVersion === 'v1') {
    if (textOf(response['uid']) !== uid) {
      throw invalid(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(textOf(response['uid']))}`);
    }
    checkKind(review);
    checkPatch(patch, response['patchType'], mutating);
  }
  return {
    allowed: response['allowed'] === true,
    ...(mutating && patch !== '' ? { patch } : {}),
    result: isJsonObject(response['status']) ? response['status'] : undefined,
    warnings: Array.isArray(response['warnings']) ? response['warnings'].map(textOf) : [],
    auditAnnotations: isJsonObject(response['auditAnnotations'])
      ? Object.fromEntries(Object.entries(response['auditAnnotations']).map(([key, value]) => [key, textOf(value)]))
      : {},
  };
}

/** The refusal of a webhook, with the code and the reason it gave, and a sentence that names it. */
export function denial(webhook: string, result: JsonObject = {}): ApiError {
  const denied = `admission webhook ${JSON.stringify(webhook)} denied the request`;
  const reason = textOf(result['reason']);
  const said = textOf(result['message']) || reason;
  const message = said === '' ? `${denied} without explanation` : `${denied}: ${said}`;
  const code = typeof result['code'] === 'number' && result['code'] >= 400 ? result['code'] : 400;
  // A reason is the webhook's to give: without one the code alone speaks.
  if (reason === '') return new ApiError('Unknown', message, {}, { code });
  return fromStatus(code, { ...result, kind: 'Status', code, message });
}

function checkKind({ apiVersion, kind }: JsonObject): void {
  const wanted = `${ADMISSION}/v1, Kind=AdmissionReview`;
  const version = textOf(apiVersion);
  const got = `${version.includes('/') ? '' : '/'}${version}, Kind=${textOf(kind)}`;
  if (got !== wanted) throw invalid(`expected webhook response of ${wanted}, got ${got}`);
}

function checkPatch(patch: string, type: Json | undefined, mutating: boolean): void {
  const typed = type !== undefined && type !== null;
  if (!mutating) {
    if (patch !== '') throw invalid('validating webhook may not return response.patch');
    if (typed) throw invalid('validating webhook may not return response.patchType');
    return;
  }
  if (patch !== '' && !typed) throw invalid('webhook returned response.patch but not response.patchType');
  if (patch === '' && typed) throw invalid('webhook returned response.patchType but not response.patch');
  if (type === '') throw invalid('webhook returned invalid response.patchType of ""');
  if (typed && type !== 'JSONPatch') throw new CallFailed(`unsupported patch type ${JSON.stringify(type)}`);
}

const invalid = (message: string): CallFailed => new CallFailed(`received invalid webhook response: ${message}`);

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
