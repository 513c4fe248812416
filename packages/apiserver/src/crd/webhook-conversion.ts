import { ApiError, type KubeObject, type OpenSchema } from '@drover/api';
import type { RandomBytes } from '@drover/kit';
import type { Entry } from '@drover/store';
import type { VersionConverter } from '../catalog/converter.js';
import { newUid } from '../registry/metadata.js';
import { decodeStored, encodeStored, storedApiVersion } from '../storage/rendering.js';
import { CallFailed } from '../webhook/call-failure.js';
import type { WebhookCaller } from '../webhook/caller.js';
import type { ClientConfig } from '../webhook/client-config.js';
import {
  ConversionRefused,
  conversionReview,
  convertedObjects,
  isConversionReviewVersion,
} from './conversion-review.js';
import { ConvertedEntries } from './converted-entries.js';

/** Time for one call (apiextensions-apiserver's webhook timeout). */
const TIMEOUT_SECONDS = 30;
/** Objects of one call, and their bytes: to write and to read them takes the event loop some milliseconds. */
const BATCH_OBJECTS = 100;
const BATCH_BYTES = 512 * 1024;
/** Bytes of an answer: a batch, and what conversion may add to it. */
const ANSWER_BYTES = 32 * 1024 * 1024;
/** Bytes of entries that are also held in the form of one version. */
const HELD_BYTES = 16 * 1024 * 1024;

/** What calling conversion webhooks needs. */
export interface ConversionParts {
  readonly caller: WebhookCaller;
  readonly random: RandomBytes;
}

/** Converts objects into one version of a custom kind by asking the webhook that its definition names. */
export class WebhookConversion implements VersionConverter {
  readonly #held = new ConvertedEntries(HELD_BYTES);

  constructor(
    readonly parts: ConversionParts,
    readonly client: ClientConfig,
    readonly reviewVersions: readonly string[],
    readonly apiVersion: string,
    readonly schema: () => OpenSchema,
  ) {}

  async shown(entries: readonly Entry[]): Promise<readonly Entry[]> {
    const foreign = entries.filter(({ value }) => storedApiVersion(value) !== this.apiVersion);
    if (foreign.length === 0) return entries;
    const converted = new Map<Entry, Entry>();
    for (const batch of batches(foreign)) {
      const found = await Promise.all(this.#start(batch));
      for (const [index, entry] of batch.entries()) converted.set(entry, found[index] ?? entry);
    }
    return entries.map((entry) => converted.get(entry) ?? entry);
  }

  async convert(objects: readonly KubeObject[]): Promise<readonly KubeObject[]> {
    const foreign = objects.filter(({ apiVersion }) => apiVersion !== this.apiVersion);
    if (foreign.length === 0) return objects;
    const converted = (await this.#ask(foreign)).values();
    return objects.map((object) =>
      object.apiVersion === this.apiVersion ? object : (converted.next().value ?? object),
    );
  }

  /** Converts those of the entries that nobody has converted yet, in one call; each is known as on its way from now on. */
  #start(batch: readonly Entry[]): readonly Promise<Entry>[] {
    const unknown = batch.filter((entry) => this.#held.get(entry) === undefined);
    const answer = this.#ask(unknown.map(({ value, revision }) => decodeStored(value, revision)));
    const started = new Map(
      unknown.map((entry, index) => [entry, answer.then((objects) => this.#entryOf(entry, objects[index]))]),
    );
    for (const [entry, converted] of started) this.#held.hold(entry, converted);
    return batch.map((entry) => started.get(entry) ?? this.#held.get(entry) ?? Promise.resolve(entry));
  }

  #entryOf(entry: Entry, object: KubeObject | undefined): Entry {
    return object === undefined ? entry : { ...entry, value: encodeStored(object, this.apiVersion) };
  }

  async #ask(objects: readonly KubeObject[]): Promise<readonly KubeObject[]> {
    if (objects.length === 0) return [];
    const { caller, random } = this.parts;
    const uid = newUid(random);
    const version = this.reviewVersions.find(isConversionReviewVersion) ?? 'v1';
    const review = conversionReview(version, uid, this.apiVersion, objects);
    try {
      const answer = await caller.post(this.client, review, {
        timeoutSeconds: TIMEOUT_SECONDS,
        answerBytes: ANSWER_BYTES,
      });
      const converted = convertedObjects(answer, version, uid, this.apiVersion, objects);
      const schema = this.schema();
      return converted.map((object) => schema.withDefaults(schema.prune(object).object));
    } catch (error) {
      throw this.#refusal(error, objects[0]);
    }
  }

  #refusal(error: unknown, object: KubeObject | undefined): unknown {
    const subject = `conversion webhook for ${object?.apiVersion}, Kind=${object?.kind}`;
    const refuse = (why: string): ApiError => new ApiError('Unknown', `${subject} ${why}`, {}, { code: 500 });
    if (error instanceof CallFailed) return refuse(`failed: ${error.message}`);
    return error instanceof ConversionRefused ? refuse(error.message) : error;
  }
}

function* batches(entries: readonly Entry[]): Generator<readonly Entry[]> {
  let batch: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    if (batch.length > 0 && (batch.length === BATCH_OBJECTS || bytes + entry.value.length > BATCH_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(entry);
    bytes += entry.value.length;
  }
  if (batch.length > 0) yield batch;
}
