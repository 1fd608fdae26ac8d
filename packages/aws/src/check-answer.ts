import { SecretError } from '@secretkit/core/provider';
import { textOf } from './answer-fields.js';
import type { Target } from './name-mapping.js';

/**
 * Checks the name in an answer. For an ARN there is none to compare: AWS answers with the name or another form of the ARN.
 *
 * @throws `invalid_data` for the answer about another secret, which must not be served.
 */
export function checkAnswer(answer: object, { id, arn }: Target): void {
  const name = textOf(answer, 'Name');
  if (arn || name === undefined || name === id) return;
  throw new SecretError('invalid_data', 'the answer is about another secret. Check the endpoint.');
}
