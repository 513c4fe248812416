import type { Clock } from './clock.js';

/** One answer of a fan-out: the value, or why there is none. */
export type Gathered<K, V> = { readonly key: K } & (
  | { readonly ok: true; readonly value: V }
  | { readonly ok: false; readonly error: unknown }
);

/**
 * Asks every key, at most `parallel` at a time, each for at most `timeoutMs`; answers in the order of `keys`. One that
 * fails or is late costs its own row only.
 */
export async function gather<K, V>(
  keys: readonly K[],
  ask: (key: K, signal: AbortSignal) => Promise<V>,
  { parallel, timeoutMs, clock }: { parallel: number; timeoutMs: number; clock: Clock },
): Promise<Gathered<K, V>[]> {
  const answers: Gathered<K, V>[] = [];
  const queue = keys.entries();
  const worker = async (): Promise<void> => {
    for (const [index, key] of queue) {
      const controller = new AbortController();
      using _timer = clock.after(timeoutMs, () => controller.abort(new Error(`no answer within ${timeoutMs} ms`)));
      const late = new Promise<never>((_, reject) => {
        controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
      });
      answers[index] = await Promise.race([ask(key, controller.signal), late]).then(
        (value): Gathered<K, V> => ({ key, ok: true, value }),
        (error: unknown): Gathered<K, V> => ({ key, ok: false, error }),
      );
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, keys.length) }, worker));
  return answers;
}
