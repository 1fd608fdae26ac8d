import type { SecretsReader } from '@secretkit/core';
import {
  describeRef,
  isSecret,
  isSecretError,
  type Secret,
  SecretError,
  type SecretRef,
} from '@secretkit/core/provider';

/**
 * The secrets of these refs, in order, as few calls as the backend allows.
 *
 * @throws `not_found` if there are secrets missing, the first failure's code if some cannot be read: one error, which names
 * all of them.
 */
export async function readRequired(
  secrets: SecretsReader,
  refs: readonly SecretRef[],
): Promise<readonly Secret[]> {
  const settled = await secrets.getManySettled(Object.fromEntries(refs.entries()));
  const answers = refs.map((ref, at) => ({ ref, answer: settled[at] }));
  const found = answers.map(({ answer }) => answer).filter((answer): answer is Secret => isSecret(answer));
  if (found.length === refs.length) return found;
  const without = answers.filter(({ answer }) => !isSecret(answer));
  const failure = without.map(({ answer }) => answer).find((answer) => isSecretError(answer));
  throw new SecretError(
    failure?.code ?? 'not_found',
    [
      `the application cannot start without ${without.length} of the ${refs.length} secrets in "required" of SecretsModule:`,
      ...without.map(({ ref, answer }) => `  ${describeRef(ref)}: ${reason(answer)}`),
    ].join('\n'),
  );
}

function reason(answer: unknown): string {
  return isSecretError(answer)
    ? `${answer.code}, ${answer.problem}`
    : 'there is no such secret, or it has expired. Create it, or check its name and scope.';
}
