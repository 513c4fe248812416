import type { Message } from '../i18n/message.js';

/** How a state is coloured. */
export type Tone = 'success' | 'info' | 'warning' | 'danger' | 'neutral';

/** The state of an object as a badge shows it. `id` is what searches and counts use. */
export interface State<Id extends string = string> {
  readonly id: Id;
  readonly title: Message;
  readonly tone: Tone;
  /** Something is under way: the state will change by itself. */
  readonly transitioning: boolean;
  /** Why, in the server's words. */
  readonly reason?: string;
}

/** Counts objects by state, most frequent first; the reason of one object is not that of all. */
export function countStates(states: Iterable<State>): { state: State; count: number }[] {
  const counts = new Map<string, { state: State; count: number }>();
  for (const state of states) {
    const known = counts.get(state.id);
    if (known) known.count += 1;
    else counts.set(state.id, { state: withoutReason(state), count: 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

function withoutReason({ reason: _, ...state }: State): State {
  return state;
}
