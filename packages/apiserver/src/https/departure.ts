/** Why a request's signal aborts. One for all: making an error with its stack for each request costs a twentieth of it. */
const CLOSED = new Error('the connection is closed');

/** Tells that the caller went away, by a signal that is made when somebody asks for it: most requests are over before anyone does. */
export class Departure {
  #controller: AbortController | undefined;
  #gone = false;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#gone) this.#controller.abort(CLOSED);
    }
    return this.#controller.signal;
  }

  tell(): void {
    this.#gone = true;
    this.#controller?.abort(CLOSED);
  }
}
