import { isSecret } from '@secretkit/core/provider';
import type { ProviderCase } from '../case.js';
import { expectThat } from '../failure.js';
import {
  describeOutcome,
  expectCalls,
  expectCode,
  expectMissing,
  expectValue,
  outcomeOf,
} from '../outcome.js';

const name = 'conformance-value';

/** Values that something on the way is known to have changed. */
const delicate: Readonly<Record<string, string>> = {
  'spaces, tabs and a final newline': ' \t value\t \n',
  'what shells and templates expand': '$HOME ${X} $(id) `id` %PATH% $2a$10$abcdefgh',
  'quotes, backslashes and signs': '\\n "double" \'single\' # = & + ; , { } [ ]',
  'emoji, combining marks and text from right to left': '🔑👩‍👩‍👧 e\u0301 שלום عربى',
  'a PEM block': '-----BEGIN PRIVATE KEY-----\nMIIBVgIBADANBg\nkqhkiG9w0BAQEF==\n-----END PRIVATE KEY-----\n',
  'the word null': 'null',
  'the word undefined': 'undefined',
  'the word true': 'true',
  'a zero': '0',
  'a number': '1e5',
  'a JSON object': '{"a":[1,null]}',
  'percent signs': '%2e%2e%00%ZZ',
};

export const reading: readonly ProviderCase[] = [
  {
    id: 'reading/construction',
    title: 'building a provider makes no call',
    why: 'a process that cannot reach its store should be able to say so, and not fail to start',
    async run({ calls }) {
      expectThat(calls() === 0, 'no call to the backend', String(calls()));
    },
  },
  {
    id: 'reading/missing',
    title: 'a name that is not there is undefined',
    why: 'if missing were an error, a retry would repeat it and an outage would look like absence',
    async run({ secrets, provider }) {
      await expectMissing(() => secrets.get(name));
      await expectMissing(() => provider.get({ name }, {}));
    },
  },
  {
    id: 'reading/found',
    title: 'a value that is there comes sealed, and as it is',
    why: 'nothing else works without it; a bare string would show itself in the first log line',
    async run({ secrets, provider, put }) {
      await put({ name }, 'a value');
      await expectValue(() => provider.get({ name }, {}), 'a value');
      await expectValue(() => secrets.get(name), 'a value');
    },
  },
  ...Object.entries(delicate).map(
    ([what, value], at): ProviderCase => ({
      id: `reading/delicate-${at + 1}`,
      title: `a value comes back byte for byte: ${what}`,
      why: 'a value that is changed on the way is a wrong password at the worst moment',
      async run({ secrets, put }) {
        await put({ name }, value);
        await expectValue(() => secrets.get(name), value);
      },
    }),
  ),
  {
    id: 'reading/nul',
    title: 'a NUL is kept or refused, and never ends the value',
    why: 'a truncated value is a wrong value that looks right',
    async run({ secrets, put }) {
      const value = 'before\0after';
      if (!(await holds(() => put({ name }, value)))) return;
      const outcome = await outcomeOf(() => secrets.get(name));
      if (outcome.kind === 'value') await expectValue(() => secrets.get(name), value);
      else expectThat(outcome.kind === 'failed', 'the value, or an error', describeOutcome(outcome));
    },
  },
  {
    id: 'reading/empty',
    title: 'an empty value that the backend holds is missing',
    why: 'an empty password often means no password',
    async run({ secrets, put }) {
      if (await holds(() => put({ name }, ''))) await expectMissing(() => secrets.get(name));
    },
  },
  {
    id: 'reading/twice',
    title: 'reading twice gives equal values, and what a caller does to one leaves the next alone',
    why: 'one value has many readers',
    async run({ secrets, put, facts: { expiryResolutionMs: step }, now }) {
      const expiresAt = step === undefined ? undefined : new Date(Math.ceil(now() / step) * step + 60_000);
      await put({ name }, 'a value', expiresAt);
      const first = await secrets.require(name);
      first.expiresAt?.setTime(0);
      first.createdAt?.setTime(0);
      const second = await secrets.require(name);
      expectThat(first.reveal() === second.reveal(), 'equal values', 'different ones');
      const same = second.expiresAt?.getTime() === expiresAt?.getTime();
      expectThat(same, 'the expiry that was set', second.expiresAt ? 'another one' : 'none');
    },
  },
  {
    id: 'reading/at-once',
    title: 'a hundred readers at once each get what they asked for',
    why: 'answers that cross hand out the wrong credential under load, and only there',
    async run({ secrets, put }) {
      const names = ['conformance-a', 'conformance-b', 'conformance-c', 'conformance-d', 'conformance-e'];
      for (const each of names) await put({ name: each }, `of ${each}`);
      const asked = Array.from({ length: 100 }, (_, at) => names[at % names.length] as string); // within the array
      const found = await Promise.all(asked.map((each) => secrets.get(each)));
      const wrong = found.filter((secret, at) => secret?.reveal() !== `of ${asked[at]}`).length;
      expectThat(wrong === 0, 'a hundred right answers', `${wrong} wrong ones`);
    },
  },
  {
    id: 'reading/largest',
    title: 'the largest value works, and a larger one is refused before any call',
    why: 'a limit that is met in production should have been met here',
    applies: ({ maxValueLength }) => maxValueLength !== undefined,
    async run({ secrets, put, facts: { maxValueLength = 0 }, calls }) {
      const largest = 'x'.repeat(maxValueLength);
      await put({ name }, largest);
      await expectValue(() => secrets.get(name), largest);
      if (!secrets.can('set')) return;
      await expectCalls(0, calls, () =>
        expectCode(() => secrets.set(name, `${largest}x`), 'invalid_argument'),
      );
      await expectValue(() => secrets.get(name), largest);
    },
  },
  {
    id: 'reading/peek',
    title: 'peek makes no call, and never answers with what get would not',
    why: 'it is asked where there is no time to wait, and believed',
    async run({ provider, put, now, advance, calls, facts: { expiryResolutionMs: step } }) {
      await put(
        { name },
        'a value',
        step === undefined ? undefined : new Date((Math.floor(now() / step) + 2) * step),
      );
      const peeked = provider.peek?.({ name });
      if (peeked !== undefined) await expectValue(async () => peeked, 'a value');
      expectThat(calls() === 0, 'no call to the backend', String(calls()));
      await provider.get({ name }, {});
      if (step === undefined) return;
      advance(2 * step);
      const late: unknown = provider.peek?.({ name });
      expectThat(!isSecret(late), 'undefined after the expiry', 'a value');
    },
  },
];

async function holds(put: () => Promise<void>): Promise<boolean> {
  try {
    await put();
    return true;
  } catch {
    return false;
  }
}
