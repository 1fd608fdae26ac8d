import { createSecrets } from '@secretkit/core';
import {
  type CallContext,
  layersOf,
  type SecretProvider,
  type SecretRef,
  seal,
} from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { outcome } from '../../test/held-backend.js';
import { cacheReports } from './cache-reports.js';
import { type CallEvent, observe } from './index.js';

const kind = Symbol.for('secretkit.kind.cache');
type Report = Parameters<NonNullable<CallContext['report']>>[0];

/** A provider with a layer of the kind of a cache, which keeps no counts and makes these reports during each read. */
function reporting(...reports: readonly Omit<Report, 'ref'>[]) {
  const read = async (refs: readonly SecretRef[], { report }: CallContext): Promise<void> => {
    await Promise.resolve(); // it may report at any time before the answer
    for (const ref of refs) for (const each of reports) report?.({ ...each, ref });
  };
  const provider: SecretProvider = {
    name: 'cache(store)',
    layers: [{ name: 'cache', kind, options: {} }],
    async get(ref, ctx) {
      await read([ref], ctx);
      if (ref.name === 'failing') throw new Error('of the store');
      return seal('value');
    },
    async getMany(refs, ctx) {
      await read(refs, ctx);
      return refs.map(() => seal('value'));
    },
    set: async (ref, _secret, ctx) => read([ref], ctx),
  };
  const events: CallEvent[] = [];
  const stack = observe({ onEvent: (event) => events.push(event) })(provider);
  return { events, stack, secrets: createSecrets(stack) };
}

describe('the result in the cache', () => {
  it.each(['hit', 'miss', 'stale', 'refresh', 'coalesced'])(
    'is what the cache reports, for a read, a batch and a read that fails: %s',
    async (result) => {
      const { events, stack, secrets } = reporting({ kind, result });
      await secrets.get('a');
      await stack.getMany?.([{ name: 'a' }, { name: 'b' }], {});
      await outcome(secrets.get('failing'));
      expect(events.map(({ outcome: ended, cache }) => [ended, cache])).toEqual([
        ['found', result],
        ['done', result],
        ['unknown', result],
      ]);
    },
  );

  it.each([
    [['hit', 'miss', 'hit'], 'miss'],
    [['stale', 'refresh'], 'refresh'],
    [['hit', 'coalesced', 'stale'], 'coalesced'],
    [['stale', 'hit'], 'stale'],
    [['a newer word', 'hit'], 'hit'],
    [['a newer word'], undefined],
    [[], undefined],
  ])('of several reports %j is that of the most work: %s', async (results, result) => {
    const { events, secrets } = reporting(...results.map((each) => ({ kind, result: each })));
    await secrets.get('a');
    expect(events[0]?.cache).toBe(result);
  });

  it('is not what another kind of layer reports, and is absent for a write', async () => {
    const { events, secrets } = reporting({ kind: Symbol.for('secretkit.kind.retry'), result: 'miss' });
    await secrets.get('a');
    const writing = reporting({ kind, result: 'miss' });
    await writing.secrets.set('a', 'new');
    expect([events[0]?.cache, writing.events[0]?.cache]).toEqual([undefined, undefined]);
  });

  it('belongs to the read that it was reported for, also if reads overlap', async () => {
    const contexts: CallContext[] = [];
    const answers: (() => void)[] = [];
    const events: CallEvent[] = [];
    const stack = observe({ onEvent: (event) => events.push(event) })({
      name: 'cache(store)',
      layers: [{ name: 'cache', kind, options: {} }],
      get: (_ref, ctx) =>
        new Promise((resolve) => {
          contexts.push(ctx);
          answers.push(() => resolve(seal('value')));
        }),
    });
    const reads = [stack.get({ name: 'a' }, {}), stack.get({ name: 'b' }, {})];
    contexts[1]?.report?.({ kind, result: 'coalesced' });
    contexts[0]?.report?.({ kind, result: 'miss' });
    for (const answer of answers) answer();
    await Promise.all(reads);
    contexts[0]?.report?.({ kind, result: 'hit' }); // too late
    expect(events.map(({ refs, cache }) => [refs[0]?.name, cache])).toEqual([
      ['a', 'miss'],
      ['b', 'coalesced'],
    ]);
  });
});

describe('reports', () => {
  it('are passed on to the caller, whose exceptions are ignored', async () => {
    const seen: Report[] = [];
    const { events, stack } = reporting({ kind, result: 'miss' });
    const report = (what: Report): void => {
      seen.push(what);
      throw new Error('of the caller');
    };
    expect(await outcome(stack.get({ name: 'a' }, { report }))).toBe('value');
    expect(seen).toEqual([{ kind, result: 'miss', ref: { name: 'a' } }]);
    expect(events[0]?.cache).toBe('miss');
  });

  it('leave the rest of the context unchanged', () => {
    const ctx = { fresh: true, deadline: 5, maxAgeMs: 1 };
    expect(cacheReports(ctx).ctx).toMatchObject(ctx);
  });

  it('need no snapshot: the layer above has none', () => {
    expect(layersOf(reporting().stack)[1]).not.toHaveProperty('snapshot');
  });
});
