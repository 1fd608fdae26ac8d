import type { Answer } from '../src/contract/provider.js';
import { isSecret } from '../src/contract/secret.js';
import { isSecretError } from '../src/contract/secret-error.js';

/** Returns the content of an answer, for comparisons: two sealed values are always equal. */
export function revealed(answer: Answer): string | undefined {
  if (isSecretError(answer)) return `failed: ${answer.code}`;
  return answer?.reveal();
}

/** Resolves with the revealed value of a call, the code of its SecretError, or any other reason it rejected with. */
export async function outcome(call: Promise<unknown>): Promise<unknown> {
  try {
    const answer = await call;
    return isSecret(answer) ? answer.reveal() : answer;
  } catch (error) {
    return isSecretError(error) ? error.code : error;
  }
}
