import { isSecret, isSecretError, type SecretError, type SecretErrorCode } from '@secretkit/core/provider';
import { ConformanceFailure, expectThat } from './failure.js';

/** What a call came to. */
export type Outcome =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'answer' }
  | { readonly kind: 'failed'; readonly error: SecretError }
  | { readonly kind: 'rejected'; readonly reason: unknown };

const patienceMs = 5_000;

/** Waits for a call, and says what it came to. @throws `ConformanceFailure` when it does not settle. */
export async function outcomeOf(
  call: () => Promise<unknown>,
  withinMs: number = patienceMs,
): Promise<Outcome> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new ConformanceFailure('an end', `none within ${withinMs} ms`)),
      withinMs,
    );
  });
  try {
    return sort(await Promise.race([call(), late]));
  } catch (error) {
    if (error instanceof ConformanceFailure) throw error;
    return isSecretError(error) ? { kind: 'failed', error } : { kind: 'rejected', reason: error };
  } finally {
    clearTimeout(timer);
  }
}

/** In words, without the value. */
export function describeOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'value':
      return `a value of ${outcome.value.length} characters`;
    case 'missing':
      return 'undefined';
    case 'answer':
      return 'an answer';
    case 'failed':
      return `the error ${outcome.error.code}`;
    case 'rejected':
      return 'a rejection that is no SecretError';
  }
}

/** @throws `ConformanceFailure` unless the call came to this very value. */
export async function expectValue(call: () => Promise<unknown>, value: string): Promise<void> {
  const outcome = await outcomeOf(call);
  const same = outcome.kind === 'value' && outcome.value === value;
  const came =
    outcome.kind === 'value'
      ? `another one, ${differenceOf(value, outcome.value)}`
      : describeOutcome(outcome);
  expectThat(same, `the value of ${value.length} characters that is there`, came);
}

/** @throws `ConformanceFailure` unless the call came to `undefined`. */
export async function expectMissing(call: () => Promise<unknown>): Promise<void> {
  const outcome = await outcomeOf(call);
  expectThat(outcome.kind === 'missing', 'undefined', describeOutcome(outcome));
}

/** @throws `ConformanceFailure` unless the call came to an error of one of these codes. */
export async function expectCode(
  call: () => Promise<unknown>,
  ...codes: readonly SecretErrorCode[]
): Promise<SecretError> {
  const outcome = await outcomeOf(call);
  if (outcome.kind === 'failed' && codes.includes(outcome.error.code)) return outcome.error;
  throw new ConformanceFailure(`the error ${codes.join(' or ')}`, describeOutcome(outcome));
}

/** @throws `ConformanceFailure` unless the call rejected with this very reason. */
export async function expectReason(call: () => Promise<unknown>, reason: unknown): Promise<void> {
  const outcome = await outcomeOf(call, 1_000);
  const came =
    outcome.kind === 'failed' ? outcome.error : outcome.kind === 'rejected' ? outcome.reason : outcome;
  expectThat(Object.is(came, reason), "the signal's own reason", describeOutcome(outcome));
}

/** @throws `ConformanceFailure` unless the calls to the backend meanwhile were as many. */
export async function expectCalls(
  count: number,
  calls: () => number,
  during: () => Promise<unknown>,
): Promise<void> {
  const before = calls();
  await during();
  const made = calls() - before;
  expectThat(made === count, `${count} calls to the backend`, String(made));
}

function sort(answer: unknown): Outcome {
  if (answer === undefined) return { kind: 'missing' };
  if (!isSecret(answer)) return { kind: 'answer' };
  const value = answer.reveal();
  return typeof value === 'string' ? { kind: 'value', value } : { kind: 'answer' };
}

function differenceOf(expected: string, came: string): string {
  if (expected.length !== came.length) return `of ${came.length} characters`;
  const at = Array.from(expected, (character, i) => character === came[i]).indexOf(false);
  return `different from character ${at} on`;
}
