import { useSyncExternalStore } from 'react';

const TICK_MS = 1000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = Date.now();

function listen(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    if (document.hidden) return;
    now = Date.now();
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time, rounded down to `stepMs`: the component renders again only when the step changes. */
export function useNow(stepMs: number): number {
  return useSyncExternalStore(listen, () => Math.floor(Math.max(now, lastKnown()) / stepMs) * stepMs);
}

/** Between the first render and the first tick the module's own time may be old. */
function lastKnown(): number {
  if (timer === undefined) now = Date.now();
  return now;
}
