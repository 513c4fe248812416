import type { Clock } from '@drover/kit';
import type { Lookup } from '../registry/lookup.js';
import { canonical, type ImageReference, parseReference } from '../registry/reference.js';

/** Where a container's image stands, in the kubelet's words. */
export type PullState =
  | { readonly kind: 'pulling' }
  | {
      readonly kind: 'waiting';
      readonly reason: 'ErrImagePull' | 'ImagePullBackOff' | 'InvalidImageName';
      readonly message: string;
      /** Milliseconds until there is more to say. */
      readonly againMs: number | undefined;
      /** What to record as Events, when this is news. */
      readonly news: readonly {
        readonly type: 'normal' | 'warning';
        readonly reason: string;
        readonly message: string;
      }[];
    };

/** The kubelet's back-off for images: 10 s, doubled up to 5 min. */
const FIRST_MS = 10_000;
const LONGEST_MS = 300_000;
/** How long a failed pull shows as such before it shows as backing off: the kubelet's next look at the pod. */
const SHOWN_MS = 2_000;

interface Attempt {
  readonly image: string;
  readonly failures: number;
  readonly failedAt: number;
  readonly error: string;
}

/** Asks a registry about an image. */
export type AskRegistry = (reference: ImageReference) => Promise<Lookup>;

/**
 * The images that containers of this host wait for. None of them can run here; what the registry says about them is found out for
 * real all the same, and told as the kubelet tells it.
 */
export class Pulls {
  readonly #attempts = new Map<string, Attempt>();

  constructor(
    readonly clock: Clock,
    /** What this host runs instead, for the message. */
    readonly runnable: string,
  ) {}

  /** Where the image of the container `key` stands now; asks the registry when it is time to. */
  async state(key: string, image: string, ask: AskRegistry): Promise<PullState> {
    const reference = parseReference(image);
    if (reference === undefined) {
      const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`;
      return {
        kind: 'waiting',
        reason: 'InvalidImageName',
        message,
        againMs: undefined,
        news: this.#once(key, image, message),
      };
    }
    const before = this.#attempts.get(key);
    const now = this.clock.now();
    const known = before?.image === image ? before : undefined;
    if (known === undefined || now >= known.failedAt + delayOf(known.failures))
      return this.#pull(key, image, reference, ask, known?.failures ?? 0);
    const left = known.failedAt + delayOf(known.failures) - now;
    if (now < known.failedAt + SHOWN_MS) {
      return {
        kind: 'waiting',
        reason: 'ErrImagePull',
        message: known.error,
        againMs: known.failedAt + SHOWN_MS - now,
        news: [],
      };
    }
    return {
      kind: 'waiting',
      reason: 'ImagePullBackOff',
      message: `Back-off pulling image "${image}": ErrImagePull: ${known.error}`,
      againMs: left,
      news: [
        { type: 'normal', reason: 'BackOff', message: `Back-off pulling image "${image}"` },
        { type: 'warning', reason: 'Failed', message: 'Error: ImagePullBackOff' },
      ],
    };
  }

  /** Forgets a container that is gone. */
  forget(key: string): void {
    this.#attempts.delete(key);
  }

  async #pull(
    key: string,
    image: string,
    reference: ImageReference,
    ask: AskRegistry,
    failures: number,
  ): Promise<PullState> {
    const answer = await ask(reference);
    const error = answer.found
      ? `image "${canonical(reference)}" was found (${answer.digest}), but this host runs no containers: it can run only ${this.runnable}`
      : `rpc error: code = ${answer.code} desc = ${answer.error}`;
    this.#attempts.set(key, { image, failures: failures + 1, failedAt: this.clock.now(), error });
    return {
      kind: 'waiting',
      reason: 'ErrImagePull',
      message: error,
      againMs: SHOWN_MS,
      news: [
        { type: 'normal', reason: 'Pulling', message: `Pulling image "${image}"` },
        { type: 'warning', reason: 'Failed', message: `Failed to pull image "${image}": ${error}` },
        { type: 'warning', reason: 'Failed', message: 'Error: ErrImagePull' },
      ],
    };
  }

  #once(key: string, image: string, message: string): { type: 'warning'; reason: string; message: string }[] {
    if (this.#attempts.get(key)?.image === image) return [];
    this.#attempts.set(key, { image, failures: 0, failedAt: this.clock.now(), error: message });
    return [
      { type: 'warning', reason: 'InspectFailed', message },
      { type: 'warning', reason: 'Failed', message: 'Error: InvalidImageName' },
    ];
  }
}

/** Milliseconds from the `failures`th failure to the next attempt. */
export const delayOf = (failures: number): number => Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
