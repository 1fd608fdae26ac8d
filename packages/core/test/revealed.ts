import type { Answer } from '../src/contract/provider.js';
import { isSecret } from '../src/contract/secret.js';
import { isSecretError } from '../src/contract/secret-error.js';

/** What an answer holds, so that it can be compared: two sealed values are always equal. */
export function revealed(answer: Answer): string | undefined {
  if (isSecretError(answer)) return `failed: ${answer.code}`;
  return answer?.reveal();
}

/** What a call came to: what was revealed, the code of a SecretError, or the very thing it rejected with. */
export async function outcome(call: Promise<unknown>): Promise<unknown> {
  try {
    const answer = await call;
    return isSecret(answer) ? answer.reveal() : answer;
  } catch (error) {
    return isSecretError(error) ? error.code : error;
  }
}
