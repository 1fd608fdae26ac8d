import {
  type Answer,
  isSecret,
  isSecretError,
  type SecretErrorCode,
  type SecretRef,
} from '@secretkit/core/provider';

/** The answer for one ref of a batch so far: a secret, else the first failure, else missing. */
export interface RecordedAnswer {
  readonly ref: SecretRef;
  answer: Answer;
  /** When the answer arrived, in epoch milliseconds. */
  at: number;
}

/** Records the answers of one provider, and returns the entries that the next provider must be called for. */
export function recordAnswers(
  entries: readonly RecordedAnswer[],
  answers: readonly Answer[],
  at: number,
  fallsThrough: (code: SecretErrorCode) => boolean,
): readonly RecordedAnswer[] {
  return entries.filter((entry, i) => {
    const answer = answers[i];
    if (isSecret(answer)) Object.assign(entry, { answer, at });
    else entry.answer ??= answer; // the first failure is kept
    return answer === undefined || (isSecretError(answer) && fallsThrough(answer.code));
  });
}
