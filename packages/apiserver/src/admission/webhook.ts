import type { KubeObject } from '@drover/api';
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  RuleWithOperations,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '@drover/api/types/admissionregistration-v1';
import { type ClientConfig, clientConfig } from '../webhook/client-config.js';
import { MatchConditions } from './match-conditions.js';
import { type AdmissionSelectors, admissionSelectors } from './selectors.js';

/** Versions of AdmissionReview that are spoken here. */
export const REVIEW_VERSIONS = ['v1', 'v1beta1'] as const;
export type ReviewVersion = (typeof REVIEW_VERSIONS)[number];

/** One webhook of a configuration, ready to be asked. */
export interface Webhook {
  readonly name: string;
  readonly configuration: string;
  readonly client: ClientConfig;
  readonly rules: readonly RuleWithOperations[];
  readonly selectors: AdmissionSelectors;
  readonly conditions: MatchConditions;
  readonly matchEquivalent: boolean;
  /** A webhook that cannot be asked lets everything pass. */
  readonly ignoresFailure: boolean;
  readonly takesDryRun: boolean;
  readonly timeoutSeconds: number;
  readonly reviewVersion: ReviewVersion;
  /** Asked once more when others changed the object after it (mutating webhooks only). */
  readonly reinvoked: boolean;
}

const TIMEOUT_SECONDS = 10;

/** The webhooks of a stored configuration, in their order. */
export function webhooksOf(object: KubeObject): readonly Webhook[] {
  const { metadata, webhooks = [] } = object as MutatingWebhookConfiguration | ValidatingWebhookConfiguration;
  return webhooks.map((webhook: MutatingWebhook | ValidatingWebhook) => ({
    name: webhook.name,
    configuration: metadata.name ?? '',
    client: clientConfig(webhook.clientConfig),
    rules: webhook.rules ?? [],
    selectors: admissionSelectors(webhook),
    conditions: new MatchConditions(webhook.matchConditions ?? [], false),
    matchEquivalent: webhook.matchPolicy !== 'Exact',
    ignoresFailure: webhook.failurePolicy === 'Ignore',
    takesDryRun: webhook.sideEffects === 'None' || webhook.sideEffects === 'NoneOnDryRun',
    timeoutSeconds: webhook.timeoutSeconds ?? TIMEOUT_SECONDS,
    reviewVersion: webhook.admissionReviewVersions.find(isReviewVersion) ?? 'v1',
    reinvoked: 'reinvocationPolicy' in webhook && webhook.reinvocationPolicy === 'IfNeeded',
  }));
}

/** Whether a version of AdmissionReview is spoken here. */
export function isReviewVersion(version: string): version is ReviewVersion {
  return REVIEW_VERSIONS.some((known) => known === version);
}
