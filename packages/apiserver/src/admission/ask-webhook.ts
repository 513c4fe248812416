import { ApiError, badRequest, forbidden } from '@drover/api';
import type { EvaluationTurn } from '@drover/api/cel';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import type { ResourceCatalog } from '../catalog/catalog.js';
import type { Served } from '../catalog/definition.js';
import type { ObjectReader, Rights } from '../catalog/strategy.js';
import type { AdmissionMetrics, WebhookOutcome } from '../metrics/admission-metrics.js';
import { type AdmissionRequest, reviewedName } from '../registry/admission.js';
import { newUid } from '../registry/metadata.js';
import { CallFailed } from '../webhook/call-failure.js';
import type { WebhookCaller } from '../webhook/caller.js';
import { equivalents, matchedResource } from './equivalents.js';
import { MATCH_CONDITIONS_BUDGET } from './expression-budget.js';
import { expressionVariables } from './expression-variables.js';
import { reviewRequest } from './review-request.js';
import { denial, type ReviewResponse, readReviewResponse } from './review-response.js';
import { rulesMatch } from './rule.js';
import { selects } from './selectors.js';
import type { Webhook } from './webhook.js';

/** Bytes of an answer: a patch may hold an object of the largest size, in base64, and more. */
const ANSWER_BYTES = 8 * 1024 * 1024;

/** What asking webhooks needs. */
export interface WebhookParts {
  readonly catalog: ResourceCatalog;
  readonly objects: ObjectReader;
  readonly rights: Rights;
  readonly caller: WebhookCaller;
  readonly random: RandomBytes;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<AdmissionMetrics, 'webhook'>;
}

/**
 * The form of the request's kind that a webhook asks for, or `undefined` when the request is none of its business.
 *
 * @throws ApiError NotFound when the request's namespace is not there, Forbidden when the webhook's conditions cannot tell.
 */
export async function wantedForm(
  parts: WebhookParts,
  webhook: Webhook,
  request: AdmissionRequest,
  turn: EvaluationTurn,
): Promise<Served | undefined> {
  const form = selectedForm(parts, webhook, request);
  if (form === undefined || !webhook.conditions.any) return form;
  const variables = await expressionVariables(request, form, parts.rights, undefined);
  const matched = await webhook.conditions.match(variables, MATCH_CONDITIONS_BUDGET, turn);
  if ('matches' in matched) return matched.matches ? form : undefined;
  if (webhook.ignoresFailure) return undefined;
  throw forbidden({ group: request.group, plural: request.resource }, reviewedName(request), matched.error);
}

function selectedForm(
  { catalog, objects }: WebhookParts,
  webhook: Webhook,
  request: AdmissionRequest,
): Served | undefined {
  const { served } = request;
  const wants = (form: Served): boolean => rulesMatch(webhook.rules, matchedResource(form), request);
  const others = (): readonly Served[] => (webhook.matchEquivalent ? equivalents(catalog, served) : []);
  const form = wants(served) ? served : others().find(wants);
  return form !== undefined && selects(webhook.selectors, request, objects) ? form : undefined;
}

/**
 * Asks a webhook. Resolves with its consent, or with `undefined` when it could not be asked and its failure is to be ignored.
 *
 * @throws ApiError when it refuses, when it has side effects and nothing is to be stored, and when it could not be asked.
 */
export async function askWebhook(
  parts: WebhookParts,
  webhook: Webhook,
  request: AdmissionRequest,
  form: Served,
  mutating: boolean,
): Promise<ReviewResponse | undefined> {
  if (request.dryRun && !webhook.takesDryRun) {
    throw badRequest(`admission webhook ${JSON.stringify(webhook.name)} does not support dry run`);
  }
  const started = parts.clock.now();
  const tell = (outcome: WebhookOutcome): void =>
    parts.metrics.webhook(webhook.name, mutating, request.operation, outcome, parts.clock.now() - started);
  let response: ReviewResponse;
  try {
    response = await call(parts, webhook, request, form, mutating);
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error;
    tell(webhook.ignoresFailure ? 'ignored' : 'failed');
    if (!webhook.ignoresFailure) throw failedCalling(webhook, error);
    parts.log.warn('a webhook could not be asked; what it would have said is ignored', {
      webhook: webhook.name,
      error,
    });
    return undefined;
  }
  tell(response.allowed ? 'allowed' : 'denied');
  for (const [key, value] of Object.entries(response.auditAnnotations))
    request.annotate(`${webhook.name}/${key}`, value);
  for (const sentence of response.warnings) request.warn(sentence);
  if (!response.allowed) throw denial(webhook.name, response.result);
  return response;
}

/** 500 for a webhook that has no say because it could not be asked. */
function failedCalling({ name }: Webhook, error: CallFailed): ApiError {
  return internal(`failed calling webhook ${JSON.stringify(name)}: ${error.message}`);
}

/** 500 in the words of the API. */
export function internal(message: string): ApiError {
  return new ApiError('InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
}

async function call(
  { caller, random }: WebhookParts,
  webhook: Webhook,
  request: AdmissionRequest,
  form: Served,
  mutating: boolean,
): Promise<ReviewResponse> {
  const uid = newUid(random);
  const question = await reviewRequest(request, form, webhook, uid);
  const bounds = { timeoutSeconds: webhook.timeoutSeconds, answerBytes: ANSWER_BYTES };
  const document = await caller.post(webhook.client, question, bounds).catch((error: unknown) => {
    if (!(error instanceof CallFailed)) throw error;
    throw new CallFailed(`failed to call webhook: ${error.message}`, { cause: error });
  });
  return readReviewResponse(document, webhook, uid, mutating);
}
