const sliceMilliseconds = 30;

/** Calls of one model, one after the other; each gives the thread back now and then, so that a page stays alive and a call can be cancelled. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /**
   * Runs a call when those before it have ended.
   * @param call is given what it calls between its steps: it throws the signal's reason once the call is cancelled
   */
  async take<T>(signal: AbortSignal | undefined, call: (yieldNow: () => Promise<void> | undefined) => Promise<T>): Promise<T> {
    const before = this.last;
    let end!: () => void;
    this.last = new Promise<void>((resolve) => (end = resolve));
    try {
      await before;
      signal?.throwIfAborted();
      let slice = performance.now();
      return await call(() => {
        signal?.throwIfAborted();
        if (performance.now() - slice < sliceMilliseconds) {
          return undefined;
        }
        return new Promise<void>((resolve, reject) => {
          setTimeout(() => {
            slice = performance.now();
            if (signal?.aborted === true) {
              reject(signal.reason as Error);
            } else {
              resolve();
            }
          });
        });
      });
    } finally {
      end();
    }
  }
}
