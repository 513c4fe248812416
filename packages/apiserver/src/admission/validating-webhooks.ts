import { EvaluationTurn } from '@drover/api/cel';
import type { Served } from '../catalog/definition.js';
import type { AdmissionRequest } from '../registry/admission.js';
import { askWebhook, type WebhookParts, wantedForm } from './ask-webhook.js';
import type { Webhook } from './webhook.js';

const FAILED_OPEN = 'failed-open.validating.webhook.admission.k8s.io/';

/**
 * Asks validating webhooks, all at once: none of them can change what another one sees.
 *
 * @throws ApiError the first refusal, in the order of configurations, after all have answered.
 */
export async function validateByWebhooks(
  parts: WebhookParts,
  webhooks: readonly Webhook[],
  request: AdmissionRequest,
): Promise<void> {
  const wanted: { readonly webhook: Webhook; readonly index: number; readonly form: Served }[] = [];
  const turn = new EvaluationTurn();
  for (const [index, webhook] of webhooks.entries()) {
    const form = await wantedForm(parts, webhook, request, turn);
    if (form !== undefined) wanted.push({ webhook, index, form });
  }
  const ask = async ({ webhook, index, form }: (typeof wanted)[number]): Promise<void> => {
    const response = await askWebhook(parts, webhook, request, form, false);
    if (response === undefined) request.annotate(`${FAILED_OPEN}round_0_index_${index}`, webhook.name);
  };
  const answers = await Promise.allSettled(wanted.map(ask));
  const refusal = answers.find((answer) => answer.status === 'rejected');
  if (refusal !== undefined) throw refusal.reason;
}
