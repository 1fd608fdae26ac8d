import type { CallContext } from '../provider.js';

/** The contexts of calls that are made for one. */
export interface Branches {
  /** One that ends with the caller's, for the same reason. */
  next(): CallContext;
  /** Has the caller ended them? */
  aborted(): boolean;
  /** To be called when all of them are over. */
  end(): void;
}

/** Of several calls each has a signal of its own: Node takes more than ten listeners on the caller's for a leak, and warns. */
export function branches(ctx: CallContext, count: number): Branches {
  const { signal } = ctx;
  const aborted = (): boolean => signal?.aborted ?? false;
  if (!signal || count === 1) return { next: () => ctx, aborted, end: () => undefined };
  const controllers: AbortController[] = [];
  const abort = (): void => {
    for (const controller of controllers) controller.abort(signal.reason);
  };
  signal.addEventListener('abort', abort, { once: true });
  return {
    next() {
      const controller = new AbortController();
      if (signal.aborted) controller.abort(signal.reason);
      controllers.push(controller);
      return { ...ctx, signal: controller.signal };
    },
    aborted,
    end: () => signal.removeEventListener('abort', abort),
  };
}
