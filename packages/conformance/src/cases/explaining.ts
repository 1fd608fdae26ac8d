import type { Middleware } from '@secretkit/core/middleware';
import { type MemoryExplanation, type SecretProvider, type SecretRef, seal } from '@secretkit/core/provider';
import type { Case, ProviderCase, TestContext } from '../case.js';
import { expectThat } from '../failure.js';
import { faultCodes } from '../fault-codes.js';
import { expectNoLeak } from '../leaks/expect-no-leak.js';
import { describeOutcome, type Outcome, outcomeOf } from '../outcome.js';

const name = 'conformance-explained';
const canary = 'CANARY-not-a-real-secret';

/** Longer than the ttl of the values in memory, and shorter than the time for which they may be served stale. */
const pastFreshnessMs = 600_000;

/** Cases for the part `explain` of `memory`. Where it is absent there is nothing to prove. */
export const explaining: readonly ProviderCase[] = [
  {
    id: 'explaining/next-read',
    title:
      'explain agrees with what the next read does: of a value, a missing secret, and a value that is old',
    why: 'it is read in an incident, to decide what to do',
    async run(context) {
      const { put, advance } = context;
      if (!context.provider.memory?.explain) return;
      await expectAgreement(context, { name: 'conformance-missing' });
      await expectAgreement(context, { name: 'conformance-missing' });
      await put({ name }, canary);
      await expectAgreement(context, { name });
      const { state } = await expectAgreement(context, { name });
      if (state === 'absent') return; // it keeps no values, so it may read no clock
      advance(pastFreshnessMs);
      await expectAgreement(context, { name });
      await expectAgreement(context, { name });
    },
  },
  {
    id: 'explaining/failure',
    title:
      'explain agrees with what the next read does while the backend fails, and has the code of the failure',
    why: 'a wrong code sends its reader to the wrong team',
    applies: ({ faults = [] }) => faults.includes('serverError'),
    async run(context) {
      const { put, advance, fault } = context;
      if (!context.provider.memory?.explain) return;
      await put({ name }, canary);
      await expectAgreement(context, { name });
      const { state } = context.provider.memory.explain({ name });
      if (state !== 'absent') advance(pastFreshnessMs); // else it may read no clock
      await fault?.('serverError');
      await expectAgreement(context, { name }, faultCodes.serverError);
      await expectAgreement(context, { name }, faultCodes.serverError);
    },
  },
  {
    id: 'explaining/denial',
    title: 'explain agrees with what the next read does after a denial, and until when it is remembered',
    why: 'somebody who has granted the permission waits for the next attempt',
    applies: ({ faults = [] }) => faults.includes('forbidden'),
    async run(context) {
      const { provider, now, advance, fault } = context;
      if (!provider.memory?.explain) return;
      await fault?.('forbidden');
      await expectAgreement(context, { name }, faultCodes.forbidden);
      const { state, nextAttemptAt } = await expectAgreement(context, { name }, faultCodes.forbidden);
      if (state !== 'denied') return;
      expectThat(nextAttemptAt !== undefined, 'nextAttemptAt of a remembered denial', 'none');
      advance(Math.max(0, Number(nextAttemptAt) - now()));
      const after = provider.memory.explain({ name }).state;
      expectThat(after !== 'denied', 'another state from nextAttemptAt on', after);
    },
  },
];

/** The rule for wrapping a provider with `explain`. */
export const wrappingExplain: readonly Case<{ readonly wrap: Middleware }>[] = [
  {
    id: 'wrapping/explain',
    title: 'the explanation of the inner provider passes through, unless the middleware has its own',
    why: 'otherwise a value in memory is reported as absent',
    async run({ wrap }) {
      const secret = seal('value');
      const outer: SecretProvider = wrap({
        name: 'remembering',
        get: async () => secret,
        memory: { explain: () => ({ state: 'fresh', layer: 'remembering' }) },
      });
      const { state, layer } = outer.memory?.explain?.({ name }) ?? {};
      const got = `${state} of ${layer}`;
      expectThat(got === 'fresh of remembering', 'fresh of remembering', got);
    },
  },
];

/** Explains, reads, and compares. @returns What was explained before the read. */
async function expectAgreement(
  { provider, secrets, calls }: TestContext,
  ref: SecretRef,
  failing?: readonly string[],
): Promise<MemoryExplanation> {
  const before = calls();
  const explained = provider.memory?.explain?.(ref);
  const explanation = secrets.explain(ref);
  expectThat(calls() === before, 'no call of explain', 'a call');
  if (!explained) return { state: 'absent' };
  expectNoLeak(canary, [explained, explanation, String(explanation)]);
  expectThat(explanation.state === explained.state, `the state ${explained.state}`, explanation.state);
  const outcome = await outcomeOf(() => provider.get(ref, {}));
  const made = calls() - before;
  const { state, failure } = explained;
  const got = `${describeOutcome(outcome)} after ${made} calls`;
  expectThat(agrees(explained, outcome, made, failing), `${expected[state]}, since it is ${state}`, got);
  if (failure && failing) {
    expectThat(failing.includes(failure.code), `the failure ${failing.join(' or ')}`, failure.code);
  }
  return explained;
}

const expected: Readonly<Record<MemoryExplanation['state'], string>> = {
  fresh: 'a value without a call',
  cooldown: 'a value without a call',
  missing: 'undefined without a call',
  denied: 'the failure that it has, without a call',
  stale: 'a call, and a value',
  refreshing: 'a value or the answer of a call',
  absent: 'a call, unless it has nextAttemptAt',
};

function agrees(
  { state, failure, nextAttemptAt }: MemoryExplanation,
  outcome: Outcome,
  made: number,
  failing: readonly string[] | undefined,
): boolean {
  switch (state) {
    case 'fresh':
    case 'cooldown':
      return outcome.kind === 'value' && made === 0;
    case 'missing':
      return outcome.kind === 'missing' && made === 0;
    case 'denied':
      return outcome.kind === 'failed' && outcome.error.code === failure?.code && made === 0;
    case 'stale':
      return outcome.kind === 'value' && made > 0;
    case 'refreshing':
      return true;
    case 'absent':
      return (
        made > 0 === (nextAttemptAt === undefined) && (outcome.kind === 'failed') === (failing !== undefined)
      );
  }
}
