import { isDeepStrictEqual } from 'node:util';
import { ApiError, applyJsonPatch, decodeJson, goTypeFault, type Json, type KubeObject } from '@drover/api';
import { EvaluationTurn } from '@drover/api/cel';
import type { Served } from '../catalog/definition.js';
import type { AdmissionRequest, Mutate } from '../registry/admission.js';
import { metadataShape } from '../registry/metadata.js';
import { withCanonicalQuantities } from '../registry/quantities.js';
import { askWebhook, internal, type WebhookParts, wantedForm } from './ask-webhook.js';
import { inForm } from './equivalents.js';
import type { Webhook } from './webhook.js';

const MUTATION = 'mutation.webhook.admission.k8s.io/';
/** What a patch by a caller is refused with, before the reason. */
const REJECTED = /^the server rejected our request due to an error in our request: /;
const FAILED_OPEN = `failed-open.${MUTATION}`;

/**
 * The object as mutating webhooks leave it, asked one after the other. When one changed it, the steps before the webhooks run
 * once more, and so do the webhooks that want to see what others changed after them: once, not until nothing changes.
 *
 * @throws ApiError when a webhook refuses, could not be asked, or answered with a patch that does not fit.
 */
export async function mutateByWebhooks(
  parts: WebhookParts,
  webhooks: readonly Webhook[],
  request: AdmissionRequest,
  again: Mutate,
): Promise<KubeObject | undefined> {
  const first = new Round(parts, webhooks, request);
  const object = await first.run(request.object, () => true);
  if (object === undefined || !first.changed) return object;
  const reviewed = await again(object);
  const wanted = isDeepStrictEqual(reviewed, object) ? first.toReinvoke : first.reinvocable;
  return new Round(parts, webhooks, request, 1).run(reviewed, (webhook) => wanted.has(webhook));
}

class Round {
  /** Webhooks that were asked and want to see later changes. */
  readonly reinvocable = new Set<Webhook>();
  /** Those of them after which another one changed the object. */
  readonly toReinvoke = new Set<Webhook>();
  changed = false;
  readonly #turn = new EvaluationTurn();

  constructor(
    readonly parts: WebhookParts,
    readonly webhooks: readonly Webhook[],
    readonly request: AdmissionRequest,
    readonly number = 0,
  ) {}

  async run(start: KubeObject | undefined, isAsked: (webhook: Webhook) => boolean): Promise<KubeObject | undefined> {
    let object = start;
    for (const [index, webhook] of this.webhooks.entries()) {
      if (!isAsked(webhook)) continue;
      const request = object === undefined ? this.request : { ...this.request, object };
      const form = await wantedForm(this.parts, webhook, request, this.#turn);
      if (form === undefined) continue;
      const next = await this.#ask(webhook, request, form, index);
      const changed = !isDeepStrictEqual(next, object);
      if (changed) {
        for (const earlier of this.reinvocable) this.toReinvoke.add(earlier);
        this.changed = true;
        object = next;
      }
      const configuration = { configuration: webhook.configuration, webhook: webhook.name, mutated: changed };
      request.annotate(`${MUTATION}${this.#place(index)}`, JSON.stringify(configuration));
      if (webhook.reinvoked) this.reinvocable.add(webhook);
    }
    return object;
  }

  async #ask(
    webhook: Webhook,
    request: AdmissionRequest,
    form: Served,
    index: number,
  ): Promise<KubeObject | undefined> {
    const response = await askWebhook(this.parts, webhook, request, form, true);
    if (response === undefined) request.annotate(`${FAILED_OPEN}${this.#place(index)}`, webhook.name);
    if (response?.patch === undefined) return request.object;
    const operations = decodePatch(response.patch);
    if (operations.length === 0) return request.object;
    if (request.object === undefined) {
      const name = JSON.stringify(webhook.name);
      const why = 'attempted to modify the object, which is not supported for this operation';
      throw internal(`admission webhook ${name} ${why}`);
    }
    if (request.document !== undefined) return patchedBy(operations, request.object);
    return patched(request.object, request.served, form, operations);
  }

  #place(index: number): string {
    return `round_${this.number}_index_${index}`;
  }
}

/** @throws ApiError InternalError when it is no list of operations. */
function decodePatch(base64: string): readonly Json[] {
  try {
    const patch = decodeJson(Buffer.from(base64, 'base64'));
    if (Array.isArray(patch)) return patch;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
  throw internal('received undecodable patch in webhook response: it is no list of operations');
}

/** The object after a patch of one of its forms, with what the kind's schema fills in. @throws ApiError InternalError. */
async function patched(
  object: KubeObject,
  served: Served,
  form: Served,
  operations: readonly Json[],
): Promise<KubeObject> {
  const after = patchedBy(operations, await inForm(object, served, form));
  const schema = form.version.schema();
  const { builtin, kind } = form.definition;
  const fault = builtin ? goTypeFault(after, schema.root, kind) : undefined;
  if (fault !== undefined) throw internal(fault.decoding);
  const { object: known } = schema.prune(after);
  const read = builtin ? (withCanonicalQuantities(known, schema.root) as KubeObject) : known;
  return inForm(schema.withDefaults(read), form, served);
}

/** An object after a patch, which may not make another one of it. @throws ApiError InternalError. */
function patchedBy(operations: readonly Json[], before: KubeObject): KubeObject {
  try {
    return asObject(applyJsonPatch(before, operations), before);
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason === 'InternalError') throw error;
    throw internal(error.message.replace(REJECTED, ''));
  }
}

function asObject(document: Json, { apiVersion, kind, metadata }: KubeObject): KubeObject {
  const object = document as KubeObject;
  if (object.apiVersion !== apiVersion || object.kind !== kind) {
    throw internal('a patch by a webhook may not change apiVersion and kind');
  }
  const wrong = metadataShape(object.metadata, object.kind);
  if (wrong !== undefined) throw internal(wrong.decoding);
  if (object.metadata.name !== metadata.name || object.metadata.namespace !== metadata.namespace) {
    throw internal('a patch by a webhook may not change which object it is about');
  }
  return object;
}
