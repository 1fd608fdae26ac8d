import type { ProviderCase, TestContext } from '../case.js';
import { expectThat } from '../failure.js';
import { expectCode, expectMissing, expectValue } from '../outcome.js';

const name = 'conformance-expiring';
const expires: ProviderCase['applies'] = ({ expiryResolutionMs }) => expiryResolutionMs !== undefined;

export const expiry: readonly ProviderCase[] = [
  {
    id: 'expiry/none',
    title: 'a secret without an expiry has no expiresAt',
    why: 'other code reads a zero or an infinity as a date',
    async run({ secrets, put }) {
      await put({ name }, 'value');
      const { expiresAt } = await secrets.require(name);
      expectThat(expiresAt === undefined, 'undefined', 'a date');
    },
  },
  {
    id: 'expiry/exact',
    title: "expiresAt is exactly the backend's expiry",
    why: 'with seconds read as milliseconds, a value expires at once or never',
    applies: expires,
    async run(context) {
      const expiresAt = await putExpiring(context, 60_000);
      expectDate((await context.secrets.require(name)).expiresAt, expiresAt);
    },
  },
  {
    id: 'expiry/end',
    title: 'a value is served until one millisecond before its expiry, and is missing from then on',
    why: 'an expired credential fails later, far from its cause',
    applies: expires,
    async run(context) {
      const { secrets, advance, now } = context;
      const expiresAt = await putExpiring(context, 60_000);
      await expectValue(() => secrets.get(name), 'value');
      advance(expiresAt.getTime() - now() - 1);
      await expectValue(() => secrets.get(name), 'value');
      advance(1);
      await expectMissing(() => secrets.get(name));
    },
  },
  {
    id: 'expiry/batch',
    title: 'a value is missing from its expiry on in a batch too',
    why: 'a batch must not return a value that a single read does not return',
    applies: expires,
    async run(context) {
      const { secrets, advance, now } = context;
      const expiresAt = await putExpiring(context, 60_000);
      const read = async (): Promise<unknown> =>
        (await secrets.getMany({ one: name, two: 'conformance-none' })).one;
      await expectValue(read, 'value');
      advance(expiresAt.getTime() - now());
      await expectMissing(read);
    },
  },
  {
    id: 'expiry/far',
    title: 'a value with an expiry more than 2³¹ milliseconds away is served',
    why: 'a timer with such a delay fires at once',
    applies: expires,
    async run(context) {
      await putExpiring(context, 2 ** 31 + 60_000);
      await expectValue(() => context.secrets.get(name), 'value');
      await expectValue(() => context.secrets.get(name, { fresh: true }), 'value');
    },
  },
  {
    id: 'expiry/clock',
    title: 'after the clock is set back an hour, a value still expires at its expiry',
    why: 'clocks are corrected, and a copy without an end would be served after a revocation',
    applies: expires,
    async run(context) {
      const { secrets, advance, now } = context;
      const expiresAt = await putExpiring(context, 60_000);
      await expectValue(() => secrets.get(name), 'value');
      advance(-3_600_000);
      await expectValue(() => secrets.get(name), 'value');
      advance(expiresAt.getTime() - now());
      await expectMissing(() => secrets.get(name));
    },
  },
  {
    id: 'expiry/past',
    title: 'a write with a past expiry is refused, and the old value remains',
    why: 'it would delete the secret and report success',
    applies: expires,
    async run({ secrets, put, now }) {
      if (!secrets.can('set')) return;
      await put({ name }, 'kept');
      // It is in the past for the wall clock and for an injected one.
      const expiresAt = new Date(Math.min(now(), Date.now()) - 1);
      await expectCode(() => secrets.set(name, 'new', { expiresAt }), 'invalid_argument');
      await expectValue(() => secrets.get(name), 'kept');
    },
  },
  {
    id: 'expiry/written',
    title: 'expiresAt of a read is expiresAt of the write, rounded down to the resolution of the backend',
    why: 'a value must not live longer than requested',
    applies: expires,
    async run({ secrets, now, traits: { expiryResolutionMs: step = 1 } }) {
      if (!secrets.can('set')) return;
      const requested = now() + 60_123;
      await secrets.set(name, 'value', { expiresAt: new Date(requested) });
      expectDate((await secrets.require(name)).expiresAt, new Date(Math.floor(requested / step) * step));
    },
  },
];

/** Puts a secret with an expiry that the backend can store exactly. */
async function putExpiring(
  { traits: { expiryResolutionMs: step = 1 }, put, now }: TestContext,
  inMs: number,
): Promise<Date> {
  const expiresAt = new Date(Math.ceil((now() + inMs) / step) * step);
  await put({ name }, 'value', expiresAt);
  return expiresAt;
}

function expectDate(got: Date | undefined, expected: Date): void {
  const difference =
    got === undefined ? 'none' : `one that differs by ${got.getTime() - expected.getTime()} ms`;
  expectThat(got?.getTime() === expected.getTime(), 'exactly the expiry that was set', difference);
}
