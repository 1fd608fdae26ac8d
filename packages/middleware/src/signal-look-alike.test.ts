import { createSecrets } from '@secretkit/core';
import type { Middleware } from '@secretkit/core/middleware';
import { memorySecrets } from '@secretkit/memory';
import { describe, expect, it } from 'vitest';
import { cache } from './cache/index.js';
import { circuitBreaker } from './circuit-breaker/index.js';
import { rateLimit } from './rate-limit/index.js';
import { recommended } from './recommended/index.js';
import { retry } from './retry/index.js';
import { timeout } from './timeout/index.js';

const layers: Readonly<Record<string, Middleware>> = {
  cache: cache(),
  retry: retry(),
  circuitBreaker: circuitBreaker(),
  rateLimit: rateLimit({ callsPerSecond: 100 }),
  timeout: timeout(),
  recommended: recommended(),
};

/** A signal of a polyfill that knows nothing of `throwIfAborted`. */
function lookAlike(aborted: boolean): AbortSignal {
  const signal = Object.assign(new EventTarget(), { aborted, reason: 'enough' });
  return signal as EventTarget as AbortSignal; // it lacks the members that are not used
}

/** One without a reason, as of the package abort-controller, and what makes it fire. */
function withoutReason() {
  const signal = Object.assign(new EventTarget(), { aborted: false });
  const abort = (): void => {
    signal.aborted = true;
    signal.dispatchEvent(new Event('abort'));
  };
  return { signal: signal as EventTarget as AbortSignal, abort };
}

describe.each(Object.entries(layers))('a signal of a polyfill, through %s', (_, layer) => {
  const secrets = createSecrets(layer(memorySecrets({ initial: { a: 'value', b: 'value' } })));
  const calls = (signal: AbortSignal) => [
    secrets.get('a', { signal }),
    secrets.getMany({ a: 'a', b: 'b' }, { signal }),
    secrets.set('c', 'value', { signal }),
    secrets.delete('c', { signal }),
  ];

  it('disturbs no call', async () => {
    const results = await Promise.allSettled(calls(lookAlike(false)));
    expect(results.map(({ status }) => status)).toEqual(results.map(() => 'fulfilled'));
  });

  it('that has fired ends every call with its reason', async () => {
    const results = await Promise.allSettled(calls(lookAlike(true)));
    expect(results).toEqual(results.map(() => ({ status: 'rejected', reason: 'enough' })));
  });

  it.each(['before', 'during'] as const)(
    'without a reason that fires %s a call ends it with an AbortError',
    async (moment) => {
      const hanging = createSecrets(layer({ name: 'hanging', get: () => new Promise(() => undefined) }));
      const { signal, abort } = withoutReason();
      if (moment === 'before') abort();
      const reading = hanging.get('a', { signal });
      if (moment === 'during') abort();
      await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    },
  );
});
