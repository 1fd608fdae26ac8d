import {
  type Answer,
  isSecret,
  isSecretError,
  type SecretErrorCode,
  type SecretRef,
} from '@secretkit/core/provider';

/** What the providers that were asked have said of one ref: a secret, else the first failure, else that it is missing. */
export interface Heard {
  readonly ref: SecretRef;
  answer: Answer;
  /** When the answer came, in epoch milliseconds. */
  at: number;
}

/** Takes down what one provider answered, and picks out those to ask the next one about. */
export function takeDown(
  asked: readonly Heard[],
  answers: readonly Answer[],
  at: number,
  fallsThrough: (code: SecretErrorCode) => boolean,
): readonly Heard[] {
  return asked.filter((each, i) => {
    const answer = answers[i];
    if (isSecret(answer)) Object.assign(each, { answer, at });
    else each.answer ??= answer; // the first failure stands
    return answer === undefined || (isSecretError(answer) && fallsThrough(answer.code));
  });
}

/** Has the value expired since it came? What had expired when it came is its provider's to know: its clock may be another. */
export function hasExpiredSince({ answer, at }: Heard, now: number): boolean {
  if (!isSecret(answer) || !answer.expiresAt) return false;
  const expiresAt = answer.expiresAt.getTime();
  return at < expiresAt && expiresAt <= now;
}
