import type { Bench, ProviderCase } from '../case.js';
import { expectThat } from '../failure.js';
import { expectCode, expectMissing, expectValue } from '../outcome.js';

const name = 'conformance-expiring';
const expires: ProviderCase['applies'] = ({ expiryResolutionMs }) => expiryResolutionMs !== undefined;

export const expiry: readonly ProviderCase[] = [
  {
    id: 'expiry/none',
    title: 'a secret without an expiry has none',
    why: 'a zero or an infinity is a date to somebody',
    async run({ secrets, put }) {
      await put({ name }, 'value');
      const { expiresAt } = await secrets.require(name);
      expectThat(expiresAt === undefined, 'undefined', 'a date');
    },
  },
  {
    id: 'expiry/exact',
    title: "the backend's expiry is reported exactly",
    why: 'seconds taken for milliseconds are a value that is gone at once, or never',
    applies: expires,
    async run(bench) {
      const expiresAt = await putExpiring(bench, 60_000);
      expectDate((await bench.secrets.require(name)).expiresAt, expiresAt);
    },
  },
  {
    id: 'expiry/end',
    title: 'a value is served until the millisecond before its expiry, and is gone at it',
    why: 'a credential that is used past its end fails where nobody looks',
    applies: expires,
    async run(bench) {
      const { secrets, advance, now } = bench;
      const expiresAt = await putExpiring(bench, 60_000);
      await expectValue(() => secrets.get(name), 'value');
      advance(expiresAt.getTime() - now() - 1);
      await expectValue(() => secrets.get(name), 'value');
      advance(1);
      await expectMissing(() => secrets.get(name));
    },
  },
  {
    id: 'expiry/batch',
    title: 'a value is gone at its expiry in a batch too',
    why: 'another way to the value must not be a way around its end',
    applies: expires,
    async run(bench) {
      const { secrets, advance, now } = bench;
      const expiresAt = await putExpiring(bench, 60_000);
      const read = async (): Promise<unknown> =>
        (await secrets.getMany({ one: name, two: 'conformance-none' })).one;
      await expectValue(read, 'value');
      advance(expiresAt.getTime() - now());
      await expectMissing(read);
    },
  },
  {
    id: 'expiry/far',
    title: 'an expiry more than 2³¹ milliseconds away is far away',
    why: 'a timer that is set for it fires at once',
    applies: expires,
    async run(bench) {
      await putExpiring(bench, 2 ** 31 + 60_000);
      await expectValue(() => bench.secrets.get(name), 'value');
      await expectValue(() => bench.secrets.get(name, { fresh: true }), 'value');
    },
  },
  {
    id: 'expiry/clock',
    title: 'a clock that is set back an hour makes no value live beyond its expiry',
    why: 'clocks are corrected, and an immortal copy outlives the revocation',
    applies: expires,
    async run(bench) {
      const { secrets, advance, now } = bench;
      const expiresAt = await putExpiring(bench, 60_000);
      await expectValue(() => secrets.get(name), 'value');
      advance(-3_600_000);
      await expectValue(() => secrets.get(name), 'value');
      advance(expiresAt.getTime() - now());
      await expectMissing(() => secrets.get(name));
    },
  },
  {
    id: 'expiry/past',
    title: 'writing an expiry that has passed is refused, and nothing is lost',
    why: 'it would delete the secret, and say that all is well',
    applies: expires,
    async run({ secrets, put, now }) {
      if (!secrets.can('set')) return;
      await put({ name }, 'kept');
      // Whoever looks at the wall clock refuses this one, and whoever looks at an injected one too.
      const expiresAt = new Date(Math.min(now(), Date.now()) - 1);
      await expectCode(() => secrets.set(name, 'new', { expiresAt }), 'invalid_argument');
      await expectValue(() => secrets.get(name), 'kept');
    },
  },
  {
    id: 'expiry/written',
    title: 'an expiry that is written is the one that is read, rounded down if at all',
    why: 'a value must not live for longer than asked',
    applies: expires,
    async run({ secrets, now, facts: { expiryResolutionMs: step = 1 } }) {
      if (!secrets.can('set')) return;
      const asked = now() + 60_123;
      await secrets.set(name, 'value', { expiresAt: new Date(asked) });
      expectDate((await secrets.require(name)).expiresAt, new Date(Math.floor(asked / step) * step));
    },
  },
];

/** Puts a secret with an expiry that the backend can hold exactly. */
async function putExpiring(
  { facts: { expiryResolutionMs: step = 1 }, put, now }: Bench,
  inMs: number,
): Promise<Date> {
  const expiresAt = new Date(Math.ceil((now() + inMs) / step) * step);
  await put({ name }, 'value', expiresAt);
  return expiresAt;
}

function expectDate(came: Date | undefined, expected: Date): void {
  const off = came === undefined ? 'none' : `one that is ${came.getTime() - expected.getTime()} ms off`;
  expectThat(came?.getTime() === expected.getTime(), 'an expiry to the very millisecond', off);
}
