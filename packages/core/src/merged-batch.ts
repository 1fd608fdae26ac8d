import type { SecretErrorCode } from './error-codes.js';
import type { Answer, CallContext, SecretProvider } from './provider.js';
import type { SecretRef } from './ref.js';
import { sanitise } from './sanitise.js';
import { isSecretError, restate } from './secret-error.js';

/** A batch that may be asked several times, each time for what is still open, and keeps what it has been told. */
export interface MergedBatch {
  /** Asks for the open refs. Rejects with the first retryable failure left in the batch, else resolves with it all. */
  run(ctx: CallContext): Promise<readonly Answer[]>;
  /** The codes in place of answers so far. */
  failures(): readonly SecretErrorCode[];
  /** The answers so far, with a failure in each open place. Throws the error if there never was an answer. */
  giveUp(error: unknown): readonly Answer[];
}

export function mergedBatch(
  refs: readonly SecretRef[],
  getMany: NonNullable<SecretProvider['getMany']>,
): MergedBatch {
  const answers: Answer[] = refs.map(() => undefined);
  const open = new Set(refs.keys());
  let answered = false;
  let told: unknown; // the last rejection of `run`, if it is in the answers already

  return {
    async run(ctx) {
      const asked = [...open];
      const answersNow = await getMany(
        asked.map((at) => refs[at] as SecretRef), // `open` holds indexes of refs
        ctx,
      );
      answered = true;
      for (const [i, at] of asked.entries()) {
        if (!open.has(at)) continue; // another run answered it meanwhile
        const answer = answersNow[i];
        answers[at] = answer;
        if (!isSecretError(answer) || !answer.retryable) open.delete(at);
      }
      const [first] = open;
      if (first === undefined) return [...answers];
      told = answers[first];
      throw told;
    },

    failures: () => answers.filter((answer) => isSecretError(answer)).map(({ code }) => code),

    giveUp(error) {
      if (!answered) throw error;
      if (error !== told) {
        // The batch ended otherwise: a later attempt failed as a whole, or the policy refused to make one.
        for (const at of open) {
          const ref = refs[at];
          answers[at] = restate(sanitise(error, { operation: 'getMany' }), { ref });
        }
      }
      return [...answers];
    },
  };
}
