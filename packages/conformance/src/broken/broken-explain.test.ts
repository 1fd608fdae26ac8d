import { defineMiddleware } from '@secretkit/core/middleware';
import {
  isSecretError,
  type MemoryExplanation,
  refKey,
  type Secret,
  type SecretError,
  type SecretProvider,
} from '@secretkit/core/provider';
import type { FakeSecrets } from '@secretkit/testing';
import { describe, expect, it } from 'vitest';
import { expectCaught } from '../../test/expect-caught.js';
import { fakeHarness } from '../fake-harness.js';
import { middlewareTests } from '../middleware-tests.js';
import { providerTests } from '../provider-tests.js';
import { resultOf } from '../report.js';

type Entry = Secret | SecretError | undefined;

/** A provider that keeps each answer and each denial for a second, and explains it. */
function remembering(
  { provider, clock }: FakeSecrets,
  change: (explained: MemoryExplanation, entry: Entry) => MemoryExplanation = (explained) => explained,
): SecretProvider {
  const answers = new Map<string, { readonly answer: Entry; readonly until: number }>();
  const find = (key: string) => {
    const found = answers.get(key);
    return found && clock.now() < found.until ? found : undefined;
  };
  return {
    name: 'remembering',
    async get(ref, ctx) {
      const key = refKey(ref);
      const found = find(key);
      if (isSecretError(found?.answer)) throw found.answer;
      if (found) return found.answer;
      const answer = await provider.get(ref, ctx).catch((error: unknown) => error as SecretError); // the fake's
      const isKept = !isSecretError(answer) || answer.code === 'permission_denied';
      if (isKept) answers.set(key, { answer, until: clock.now() + 1_000 });
      if (isSecretError(answer)) throw answer;
      return answer;
    },
    memory: {
      invalidate: () => answers.clear(),
      explain(ref) {
        const found = find(refKey(ref));
        if (!found) return change({ state: 'absent' }, undefined);
        const { answer, until } = found;
        const nextAttemptAt = new Date(until);
        if (isSecretError(answer)) {
          const failure = { code: answer.code, at: new Date(until - 1_000) };
          return change({ state: 'denied', nextAttemptAt, failure }, answer);
        }
        return change({ state: answer ? 'fresh' : 'missing', nextAttemptAt }, answer);
      },
    },
  };
}

/** A mistake in `explain`, and the case that must catch it. */
const mistakes: readonly {
  readonly mistake: string;
  readonly caughtBy: string;
  readonly change: (explained: MemoryExplanation, entry: Entry) => MemoryExplanation;
}[] = [
  {
    mistake: 'everything is fresh',
    caughtBy: 'explaining/next-read',
    change: (explained) => ({ ...explained, state: 'fresh' }),
  },
  {
    mistake: 'a value in memory is absent',
    caughtBy: 'explaining/next-read',
    change: () => ({ state: 'absent' }),
  },
  {
    mistake: 'a missing secret is denied',
    caughtBy: 'explaining/next-read',
    change: (explained) => (explained.state === 'missing' ? { ...explained, state: 'denied' } : explained),
  },
  {
    mistake: 'the version is the value',
    caughtBy: 'explaining/next-read',
    change: (explained, entry) =>
      entry && !isSecretError(entry) ? { ...explained, version: entry.reveal() } : explained,
  },
  {
    mistake: 'a failing backend serves stale values that it does not have',
    caughtBy: 'explaining/failure',
    change: (explained) => (explained.state === 'absent' ? { state: 'cooldown' } : explained),
  },
  {
    mistake: 'the code of a denial is another one',
    caughtBy: 'explaining/denial',
    change: ({ failure, ...explained }) => ({
      ...explained,
      ...(failure && { failure: { ...failure, code: 'unavailable' } }),
    }),
  },
  {
    mistake: 'a denial has no end',
    caughtBy: 'explaining/denial',
    change: ({ nextAttemptAt: _, ...explained }) => explained,
  },
];

describe('an explanation with a mistake is caught by the case that names it', () => {
  it.each(mistakes)('$mistake: $caughtBy', async ({ caughtBy, change }) => {
    const { tests } = providerTests(fakeHarness((fake) => remembering(fake, change)));
    await expectCaught(tests, caughtBy);
  });

  it('a middleware drops the explanation inside: wrapping/explain', async () => {
    const dropping = defineMiddleware({
      name: 'dropping',
      build: () => ({ memory: { explain: () => ({ state: 'absent' }) } }),
    });
    const test = middlewareTests(() => dropping).find(({ id }) => id === 'wrapping/explain');
    expect(test && (await resultOf(test)).passed).toBe(false);
  });
});

it('the provider that they are based on has no mistake', async () => {
  const { tests } = providerTests(fakeHarness((fake) => remembering(fake)));
  const own = tests.filter(({ id }) => id.startsWith('explaining/'));
  expect(own).toHaveLength(3);
  const results = await Promise.all(own.map(resultOf));
  expect(results.filter(({ passed }) => !passed)).toEqual([]);
});
