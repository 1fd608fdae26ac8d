import { SecretError } from '@secretkit/core/provider';
import { maxNameBytes, maxScopeBytes } from './row-key.js';
import { maxRecordSize } from './row-record.js';

/** The texts of a row, and the largest size of each in bytes. */
export const columnSizes: Readonly<Record<string, number>> = {
  scope_account: maxScopeBytes,
  scope_user: maxScopeBytes,
  name: maxNameBytes,
  version: 22,
  record: maxRecordSize,
};

/**
 * Returns a function that runs the check before the first call of a table, and again as long as it fails.
 * @param problems - Returns the columns that would cut or fold a text; none if the tables are right.
 */
export function checkedOnce(problems: () => Promise<readonly string[]>): () => Promise<void> {
  let isChecked = false;
  return async () => {
    if (isChecked) return;
    const columns = await problems();
    if (columns.length > 0) {
      const problem = `columns would cut texts or compare them other than by bytes, or are missing: ${columns.join(', ')}.`;
      throw new SecretError('invalid_argument', `${problem} Apply the migration of @secretkit/sealed.`);
    }
    isChecked = true;
  };
}
