/**
 * The end of the present turn of the event loop, for those who send then what became ready in it. Each write wakes its reader; where
 * that one sleeps until the next write, waking it costs the sender more than the write.
 */
export class TurnEnd {
  #end: Promise<void> | undefined;

  /** Resolves when the turn's events have been looked at. */
  reached(): Promise<void> {
    this.#end ??= new Promise((reach) => {
      setImmediate(() => {
        this.#end = undefined;
        reach();
      });
    });
    return this.#end;
  }
}
