/** Which object to look at: what a work queue holds. */
export interface Request {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** What a reconcile asks for next: nothing until something changes, or another look after `againMs`. */
export type Result = { readonly done: true } | { readonly againMs: number };

/**
 * Makes the world match one object; called with the object's name, never with an event. Throwing asks for a retry with
 * back-off; throwing `Terminal` says that only a change of the object can help.
 */
export type Reconcile = (request: Request, signal: AbortSignal) => Promise<Result>;

/** A failure that no retry cures; the message says which edit would. */
export class Terminal extends Error {
  override readonly name = 'Terminal';
}
