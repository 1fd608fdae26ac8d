import type { SecretsReader } from '@secretkit/core';
import {
  describeRef,
  isSecret,
  missingError,
  type Secret,
  SecretError,
  type SecretRef,
} from '@secretkit/core/provider';

/**
 * Returns the secrets of these refs, in order, with as few calls as the backend allows.
 *
 * @throws `not_found` if secrets are missing, the code of the first failure if some cannot be read: one error that names
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
  const without = answers.flatMap(({ ref, answer }) => (isSecret(answer) ? [] : [{ ref, failure: answer }]));
  const failure = without.find((each) => each.failure)?.failure;
  throw new SecretError(
    failure?.code ?? 'not_found',
    [
      `SecretsModule: the application cannot start without ${without.length} of the ${refs.length} secrets in "required":`,
      ...without.map(
        (each) => `  ${describeRef(each.ref)}: ${reason(each.failure ?? missingError(secrets, each.ref))}`,
      ),
    ].join('\n'),
  );
}

function reason({ code, problem }: SecretError): string {
  return code === 'not_found' ? problem : `${code}, ${problem}`;
}
