import { isSecret, isSecretError, type SecretError, type SecretErrorCode } from '@secretkit/core/provider';
import { ConformanceFailure, expectThat } from './failure.js';

/** The outcome of a call. */
export type Outcome =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'answer' }
  | { readonly kind: 'failed'; readonly error: SecretError }
  | { readonly kind: 'rejected'; readonly reason: unknown };

const defaultLimitMs = 20_000;

/** Waits for a call, and returns its outcome. @throws `ConformanceFailure` when it does not settle. */
export async function outcomeOf(
  call: () => Promise<unknown>,
  limitMs: number = defaultLimitMs,
): Promise<Outcome> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new ConformanceFailure('the call to settle', `no result within ${limitMs} ms`)),
      limitMs,
    );
  });
  try {
    return classify(await Promise.race([call(), late]));
  } catch (error) {
    if (error instanceof ConformanceFailure) throw error;
    return isSecretError(error) ? { kind: 'failed', error } : { kind: 'rejected', reason: error };
  } finally {
    clearTimeout(timer);
  }
}

/** Returns the outcome in words, without the value. */
export function describeOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'value':
      return `a value of ${outcome.value.length} characters`;
    case 'missing':
      return 'undefined';
    case 'answer':
      return 'an answer that is not a sealed string';
    case 'failed':
      return `the error ${outcome.error.code}`;
    case 'rejected':
      return 'a rejection that is not a SecretError';
  }
}

/** @throws `ConformanceFailure` unless the call resolves with exactly this value. */
export async function expectValue(call: () => Promise<unknown>, value: string): Promise<void> {
  const outcome = await outcomeOf(call);
  const same = outcome.kind === 'value' && outcome.value === value;
  const got =
    outcome.kind === 'value'
      ? `another value, ${differenceOf(value, outcome.value)}`
      : describeOutcome(outcome);
  expectThat(same, `the stored value of ${value.length} characters`, got);
}

/** @throws `ConformanceFailure` unless the call resolves with `undefined`. */
export async function expectMissing(call: () => Promise<unknown>): Promise<void> {
  const outcome = await outcomeOf(call);
  expectThat(outcome.kind === 'missing', 'undefined', describeOutcome(outcome));
}

/** @throws `ConformanceFailure` unless the call rejects with one of these codes. */
export async function expectCode(
  call: () => Promise<unknown>,
  ...codes: readonly SecretErrorCode[]
): Promise<SecretError> {
  const outcome = await outcomeOf(call);
  if (outcome.kind === 'failed' && codes.includes(outcome.error.code)) return outcome.error;
  throw new ConformanceFailure(`the error ${codes.join(' or ')}`, describeOutcome(outcome));
}

/** @throws `ConformanceFailure` unless the call rejects with exactly this reason. */
export async function expectReason(call: () => Promise<unknown>, reason: unknown): Promise<void> {
  const outcome = await outcomeOf(call, 1_000);
  const got =
    outcome.kind === 'failed' ? outcome.error : outcome.kind === 'rejected' ? outcome.reason : outcome;
  expectThat(Object.is(got, reason), "the signal's own reason", describeOutcome(outcome));
}

/** @throws `ConformanceFailure` unless the backend receives exactly this number of calls meanwhile. */
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

function classify(answer: unknown): Outcome {
  if (answer === undefined) return { kind: 'missing' };
  if (!isSecret(answer)) return { kind: 'answer' };
  const value = answer.reveal();
  return typeof value === 'string' ? { kind: 'value', value } : { kind: 'answer' };
}

function differenceOf(expected: string, got: string): string {
  if (expected.length !== got.length) return `of ${got.length} characters`;
  const at = Array.from(expected, (character, i) => character === got[i]).indexOf(false);
  return `different from character ${at} on`;
}
