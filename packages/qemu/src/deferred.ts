/** A promise and the means to settle it (`Promise.withResolvers`, which Node 20 does not have). */
export class Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;

  constructor() {
    let settle: [(value: T) => void, (error: unknown) => void] | undefined;
    this.promise = new Promise((resolve, reject) => {
      settle = [resolve, reject];
    });
    [this.resolve, this.reject] = settle!;
  }
}
