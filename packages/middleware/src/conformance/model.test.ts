import { compose, createSecrets } from '@secretkit/core';
import type { Middleware } from '@secretkit/core/middleware';
import type { SecretRef } from '@secretkit/core/provider';
import { memorySecrets } from '@secretkit/memory';
import { cache } from '@secretkit/middleware/cache';
import { retry } from '@secretkit/middleware/retry';
import { timeout } from '@secretkit/middleware/timeout';
import { fakeClock, faulty, seededRandom } from '@secretkit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const soak = Number(process.env['SECRETKIT_SOAK'] ?? 1); // a factor for the number of runs

/** The contents of the backend, as simply as possible: values by ref, each until its expiry. */
class Model {
  readonly #values = new Map<string, { readonly value: string; readonly until: number }>();

  constructor(readonly now: () => number) {}

  get(ref: SecretRef): string | undefined {
    const entry = this.#values.get(JSON.stringify(ref));
    return entry && entry.until > this.now() ? entry.value : undefined;
  }

  set(ref: SecretRef, value: string, livesMs: number): void {
    this.#values.set(JSON.stringify(ref), { value, until: this.now() + livesMs });
  }

  delete(ref: SecretRef): void {
    this.#values.delete(JSON.stringify(ref));
  }

  names(): string[] {
    const refs = [...this.#values.keys()].map((key) => JSON.parse(key) as SecretRef); // they were written as refs
    return refs
      .filter((ref) => ref.scope === undefined && this.get(ref) !== undefined)
      .map(({ name }) => name)
      .sort();
  }
}

const ref: fc.Arbitrary<SecretRef> = fc.constantFrom<SecretRef>(
  { name: 'a' },
  { name: 'b' },
  { name: 'a', scope: { user: 'usr_1' } },
  { name: 'a', scope: { account: 'acct_1' } },
);

type Step =
  | { readonly act: 'get' | 'fresh' | 'peek' | 'delete' | 'invalidate'; readonly ref: SecretRef }
  | { readonly act: 'set'; readonly ref: SecretRef; readonly value: string; readonly livesMs: number }
  | { readonly act: 'getMany'; readonly refs: readonly SecretRef[] }
  | { readonly act: 'wait'; readonly ms: number }
  | { readonly act: 'list' | 'fault' };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ act: fc.constantFrom('get', 'get', 'fresh', 'peek', 'delete', 'invalidate'), ref }),
  fc.record({
    act: fc.constant('set'),
    ref,
    value: fc.constantFrom('one', 'two', 'three'),
    livesMs: fc.constantFrom(1, 50, 5_000, Number.POSITIVE_INFINITY),
  }),
  fc.record({ act: fc.constant('getMany'), refs: fc.array(ref, { maxLength: 4 }) }),
  fc.record({ act: fc.constant('wait'), ms: fc.constantFrom(1, 49, 100, 10_000) }),
  fc.record({ act: fc.constantFrom('list', 'fault') }),
); // records of constants have wider types

const stacks: Readonly<Record<string, (tools: { now: () => number; random: () => number }) => Middleware>> = {
  'no middleware, and a backend that does not fail': () => compose(),
  'the recommended stack': ({ now, random }) =>
    compose(
      cache({ ttlMs: 100, maxEntries: 3, now }),
      retry({ now, random, baseDelayMs: 0 }),
      timeout({ now }),
    ),
  'two caches': ({ now, random }) =>
    compose(cache({ ttlMs: 40, now }), cache({ ttlMs: 100, now }), retry({ now, random, baseDelayMs: 0 })),
};

describe.each(Object.entries(stacks))('any sequence of calls through %s', (name, make) => {
  it('has the results of a map with expiries', { timeout: 60_000 * soak }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { now, advance } = fakeClock();
        const model = new Model(now);
        let failures = 0;
        const store = faulty(memorySecrets({ now, pageSize: 1 }), () =>
          failures-- > 0 ? 'unavailable' : undefined,
        );
        const secrets = createSecrets(make({ now, random: seededRandom(1) })(store));
        const fails = !name.startsWith('no middleware');

        for (const each of steps) {
          switch (each.act) {
            case 'get':
            case 'fresh':
              expect((await secrets.get(each.ref, { fresh: each.act === 'fresh' }))?.reveal()).toBe(
                model.get(each.ref),
              );
              break;
            case 'peek': {
              const seen = secrets.peek(each.ref);
              if (seen) expect(seen.reveal()).toBe(model.get(each.ref)); // a value that is not in memory proves nothing
              break;
            }
            case 'getMany': {
              const found = await secrets.getMany(Object.fromEntries(each.refs.entries()));
              const values = Object.values(found).map((secret) => secret?.reveal());
              expect(values).toEqual(each.refs.map((one) => model.get(one)));
              break;
            }
            case 'set': {
              const { livesMs } = each;
              const expires = Number.isFinite(livesMs) ? { expiresAt: new Date(now() + livesMs) } : {};
              await secrets.set(each.ref, each.value, expires);
              model.set(each.ref, each.value, livesMs);
              break;
            }
            case 'delete':
              await secrets.delete(each.ref);
              model.delete(each.ref);
              break;
            case 'invalidate':
              secrets.invalidate(each.ref);
              break;
            case 'list': {
              const names: string[] = [];
              for await (const listed of secrets.list()) names.push(listed.name);
              expect(names.sort()).toEqual(model.names());
              break;
            }
            case 'wait':
              advance(each.ms);
              break;
            case 'fault':
              if (fails) failures = 2; // one less than the number of attempts
          }
        }
      }),
      { seed: 7, numRuns: 300 * soak },
    );
  });
});
