import { describe, expect, it } from 'vitest';
import { outputOf } from '../../test/output-of.js';

/** Runs each case in an async context of its own. Prints the cases whose store is still reachable once it has settled. */
const script = `
  import { AsyncLocalStorage } from 'node:async_hooks';
  import { setImmediate as turn } from 'node:timers/promises';
  import { SecretError, createSecrets, seal } from '@secretkit/core';
  import { cache } from '@secretkit/middleware/cache';

  const storage = new AsyncLocalStorage();
  const clock = { ms: 1_700_000_000_000 };
  const seenBelow = new Set();
  const answers = { code: undefined, missing: false };
  async function answer({ name }) {
    await turn();
    seenBelow.add(storage.getStore()?.name);
    if (answers.code) throw new SecretError(answers.code, 'as scripted.');
    return answers.missing ? undefined : seal('value of ' + name, { expiresAt: new Date(clock.ms + 90_000) });
  }
  const backend = {
    name: 'backend',
    get: answer,
    getMany: (refs) => Promise.all(refs.map((ref) => answer(ref).catch((error) => error))),
    set: async () => turn(),
  };
  const options = { ttlMs: 60_000, staleIfErrorMs: 600_000, now: () => clock.ms };
  const stack = cache(options)(backend);
  const secrets = createSecrets(stack);
  const background = createSecrets(cache({ ...options, staleWhileRevalidateMs: 600_000 })(backend));
  const read = (name, options) => secrets.get(name, options).catch(() => undefined);

  const cases = {
    'a miss': () => read('a'),
    'a hit': () => read('a'),
    'a miss with hits in the same context': async () => {
      await read('b');
      await Promise.all([read('b'), read('b')]);
    },
    'a miss and a hit in the same turn': () => read('c').then(() => read('c')),
    'a hit of the provider': () => stack.get({ name: 'a' }, {}),
    'a batch': () => secrets.getMany({ d: 'd', e: 'e' }),
    'a hit of one of a batch': () => read('d'),
    'a fresh read': () => read('f', { fresh: true }),
    'a hit after a fresh read': () => read('f'),
    'a reader that joins': () => Promise.all([read('g'), read('g'), storage.run({ name: 'other' }, () => read('g'))]),
    'a reader that leaves': async () => {
      const caller = new AbortController();
      const reading = read('h', { signal: caller.signal });
      caller.abort();
      await reading;
      await turn();
    },
    'a write': () => secrets.set('i', 'new'),
    'a miss after a write': () => read('i'),
    'a refresh of an expired value': async () => {
      await read('j');
      clock.ms += 90_000;
      await read('j');
    },
    'a refresh in the background': async () => {
      await background.get('a');
      clock.ms += 60_000;
      await background.get('a');
      await turn();
      await turn();
    },
    'a failure with nothing to serve': () => ((answers.code = 'unavailable'), read('k')),
    'a failure with a stale value': async () => {
      answers.code = undefined;
      await read('l');
      clock.ms += 60_000;
      answers.code = 'unavailable';
      await read('l');
    },
    'a denial': () => ((answers.code = 'permission_denied'), read('m')),
    'a remembered denial': () => read('m'),
    'an unknown failure': () => ((answers.code = 'unknown'), read('n')),
    'a batch of denials': () => ((answers.code = 'unauthenticated'), secrets.getManySettled({ o: 'o', p: 'p' })),
    'a missing secret': () => ((answers.code = undefined), (answers.missing = true), read('q')),
    'a remembered missing secret': () => read('q'),
  };
  const stores = {};
  for (const [name, act] of Object.entries(cases)) {
    const run = async () => {
      const store = { name };
      stores[name] = new WeakRef(store);
      await storage.run(store, act);
    };
    await run();
  }
  for (let at = 0; at < 5; at += 1) {
    await turn();
    gc();
  }
  const reachable = Object.keys(stores).filter((name) => stores[name].deref() !== undefined);
  const calls = ['a miss', 'a batch', 'a denial', 'a refresh in the background'].filter((name) => !seenBelow.has(name));
  const { size } = stack.layers[0].snapshot(); // the cache is still there, and full
  console.log(JSON.stringify({ reachable, notBelowTheirRead: calls, cases: Object.keys(stores).length, size }));
`;

describe('the async context of a reader', () => {
  it('is that of its call, and is not reachable once it has settled', { timeout: 60_000 }, async () => {
    expect(JSON.parse(await outputOf(script))).toEqual({
      reachable: [],
      notBelowTheirRead: [],
      cases: 23,
      size: 10,
    });
  });
});
