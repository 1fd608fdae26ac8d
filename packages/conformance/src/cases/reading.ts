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

/** Values that known stores and tools change. */
const delicate: Readonly<Record<string, string>> = {
  'spaces, tabs and a final newline': ' \t value\t \n',
  'patterns that shells and templates expand': '$HOME ${X} $(id) `id` %PATH% $2a$10$abcdefgh',
  'quotes, backslashes and signs': '\\n "double" \'single\' # = & + ; , { } [ ]',
  'emoji, combining marks and right-to-left text': '🔑👩‍👩‍👧 e\u0301 שלום عربى',
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
    title: 'the construction of a provider makes no call',
    why: 'a process must be able to start and report an error while its backend is down',
    async run({ calls }) {
      expectThat(calls() === 0, 'no call to the backend', String(calls()));
    },
  },
  {
    id: 'reading/missing',
    title: 'a missing secret is undefined',
    why: 'if it were an error, a retry would repeat the call, and an outage would look the same',
    async run({ secrets, provider }) {
      await expectMissing(() => secrets.get(name));
      await expectMissing(() => provider.get({ name }, {}));
    },
  },
  {
    id: 'reading/found',
    title: 'an existing value is returned sealed and unchanged',
    why: 'all other cases depend on it, and a bare string would appear in logs',
    async run({ secrets, provider, put }) {
      await put({ name }, 'a value');
      await expectValue(() => provider.get({ name }, {}), 'a value');
      await expectValue(() => secrets.get(name), 'a value');
    },
  },
  ...Object.entries(delicate).map(
    ([what, value], at): ProviderCase => ({
      id: `reading/delicate-${at + 1}`,
      title: `a value is returned byte for byte: ${what}`,
      why: 'a changed value is a wrong password',
      async run({ secrets, put }) {
        await put({ name }, value);
        await expectValue(() => secrets.get(name), value);
      },
    }),
  ),
  {
    id: 'reading/nul',
    title: 'a NUL is kept or refused, and never truncates the value',
    why: 'a truncated value is wrong but looks right',
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
    title: 'an empty value in the backend is missing',
    why: 'many systems treat an empty password as no password',
    async run({ secrets, put }) {
      if (await holds(() => put({ name }, ''))) await expectMissing(() => secrets.get(name));
    },
  },
  {
    id: 'reading/twice',
    title: 'two reads return equal values, and a change to one result does not affect the next',
    why: 'one value has many readers',
    async run({ secrets, put, traits: { expiryResolutionMs: step }, now }) {
      const expiresAt = step === undefined ? undefined : new Date(Math.ceil(now() / step) * step + 60_000);
      await put({ name }, 'a value', expiresAt);
      const first = await secrets.require(name);
      first.expiresAt?.setTime(0);
      first.createdAt?.setTime(0);
      const second = await secrets.require(name);
      expectThat(first.reveal() === second.reveal(), 'equal values', 'different values');
      const same = second.expiresAt?.getTime() === expiresAt?.getTime();
      expectThat(same, 'the expiry that was set', second.expiresAt ? 'another expiry' : 'none');
    },
  },
  {
    id: 'reading/at-once',
    title: 'each of a hundred concurrent readers gets the requested secret',
    why: 'a mix-up under load gives a reader the wrong credential',
    async run({ secrets, put }) {
      const names = ['conformance-a', 'conformance-b', 'conformance-c', 'conformance-d', 'conformance-e'];
      for (const each of names) await put({ name: each }, `of ${each}`);
      const requested = Array.from({ length: 100 }, (_, at) => names[at % names.length] as string); // within the array
      const found = await Promise.all(requested.map((each) => secrets.get(each)));
      const wrong = found.filter((secret, at) => secret?.reveal() !== `of ${requested[at]}`).length;
      expectThat(wrong === 0, 'a hundred right answers', `${wrong} wrong answers`);
    },
  },
  {
    id: 'reading/largest',
    title: 'the largest value works, and a larger one is refused before any call',
    why: 'a limit must be known before production reaches it',
    applies: ({ maxValueLength }) => maxValueLength !== undefined,
    async run({ secrets, put, traits: { maxValueLength = 0 }, calls }) {
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
];

/** Whether the backend can hold it. */
async function holds(put: () => Promise<unknown>): Promise<boolean> {
  try {
    await put();
    return true;
  } catch {
    return false;
  }
}
