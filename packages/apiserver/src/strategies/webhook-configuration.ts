import {
  dnsSubdomain,
  duplicate,
  invalidTyped,
  type KubeObject,
  notSupported,
  required,
  type StatusCause,
} from '@drover/api';
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '@drover/api/types/admissionregistration-v1';
import { REVIEW_VERSIONS } from '../admission/webhook.js';
import type { Strategy } from '../catalog/strategy.js';
import { absent, inner, loose, objectsIn } from './absent.js';
import { ruleCauses } from './admission-rules.js';
import { clientConfigCauses } from './client-config.js';
import { matchConditionCauses } from './expressions.js';
import { selectorCauses } from './label-selector.js';
import { counted } from './plain.js';
import { reviewVersionCauses } from './review-versions.js';

/** Webhooks without effects beside their answer: the only ones that may be registered anew. */
const NO_SIDE_EFFECTS = ['None', 'NoneOnDryRun'];
const TIMEOUT_SECONDS = { least: 1, most: 30, usual: 10 };

/** Configurations of validating webhooks. */
export const validatingWebhookConfiguration: Strategy = {
  ...counted,
  fill: (object) => fillWebhooks(object),
  validate: (object) => causes(object as ValidatingWebhookConfiguration),
};

/** Configurations of mutating webhooks. */
export const mutatingWebhookConfiguration: Strategy = {
  ...counted,
  fill: (object) => {
    fillWebhooks(object);
    for (const webhook of objectsIn(loose(object)['webhooks'])) absent(webhook, 'reinvocationPolicy', 'Never');
  },
  validate: (object) => causes(object as MutatingWebhookConfiguration),
};

function fillWebhooks(object: KubeObject): void {
  for (const webhook of objectsIn(loose(object)['webhooks'])) {
    absent(webhook, 'failurePolicy', 'Fail');
    absent(webhook, 'matchPolicy', 'Equivalent');
    absent(webhook, 'namespaceSelector', {});
    absent(webhook, 'objectSelector', {});
    absent(webhook, 'timeoutSeconds', TIMEOUT_SECONDS.usual);
    absent(inner(webhook, 'clientConfig', 'service'), 'port', 443);
    for (const rule of objectsIn(webhook['rules'])) absent(rule, 'scope', '*');
  }
}

function causes({ webhooks = [] }: ValidatingWebhookConfiguration | MutatingWebhookConfiguration): StatusCause[] {
  const seen = new Set<string>();
  return webhooks.flatMap((webhook: ValidatingWebhook | MutatingWebhook, index) => {
    const at = `webhooks[${index}]`;
    const found = webhookCauses(webhook, at);
    if (seen.has(webhook.name)) found.push(duplicate(`${at}.name`, webhook.name));
    seen.add(webhook.name);
    return found;
  });
}

function webhookCauses(webhook: ValidatingWebhook | MutatingWebhook, at: string): StatusCause[] {
  const { rules = [], sideEffects, timeoutSeconds = TIMEOUT_SECONDS.usual } = webhook;
  const found = [
    ...nameCauses(webhook.name, `${at}.name`),
    ...rules.flatMap((rule, index) => ruleCauses(rule, `${at}.rules[${index}]`)),
  ];
  if (!NO_SIDE_EFFECTS.includes(sideEffects)) {
    found.push(notSupported(`${at}.sideEffects`, sideEffects, NO_SIDE_EFFECTS));
  }
  if (timeoutSeconds < TIMEOUT_SECONDS.least || timeoutSeconds > TIMEOUT_SECONDS.most) {
    const why = 'the timeout value must be between 1 and 30 seconds';
    found.push(invalidTyped(`${at}.timeoutSeconds`, timeoutSeconds, why));
  }
  found.push(
    ...selectorCauses(webhook.namespaceSelector, `${at}.namespaceSelector`),
    ...selectorCauses(webhook.objectSelector, `${at}.objectSelector`),
    ...clientConfigCauses(webhook.clientConfig, `${at}.clientConfig`),
    ...reviewVersionCauses(webhook.admissionReviewVersions, `${at}.admissionReviewVersions`, REVIEW_VERSIONS),
    ...matchConditionCauses(webhook.matchConditions ?? [], false, `${at}.matchConditions`),
  );
  return found;
}

/** A webhook's name is a domain of its owner. */
function nameCauses(name: string, at: string): StatusCause[] {
  if (name === '') return [required(at)];
  const why = dnsSubdomain(name);
  if (why !== undefined) return [invalidTyped(at, name, why)];
  if (name.split('.').length >= 3) return [];
  return [invalidTyped(at, name, 'should be a domain with at least three segments separated by dots')];
}
