import { isSecretError, type SecretErrorCode } from '@secretkit/core/provider';
import { backgroundPause, backoffMs } from './pause.js';
import type { SaveResult } from './stored-connection.js';
import type { TokenRecord } from './token-record.js';

/** New tokens that are on their way to the store. */
export interface UnsavedTokens {
  readonly record: TokenRecord;
  /** Resolves when the store has them, or when they are not wanted any more. Never rejects. */
  readonly result: Promise<SaveResult['kind'] | 'dropped'>;
  /** The code of the last failure. */
  readonly code: SecretErrorCode;
  /** Whether the user was warned. */
  isAnnounced: boolean;
  /** Ends the writes: the tokens are not wanted any more. */
  drop(): void;
}

/** Saves tokens, and repeats that until it succeeds. The waits do not keep the process alive. */
export function unsavedTokens(record: TokenRecord, save: () => Promise<SaveResult>): UnsavedTokens {
  let code: SecretErrorCode = 'timeout';
  let isDropped = false;

  async function run(): Promise<SaveResult['kind'] | 'dropped'> {
    for (let attempt = 0; !isDropped; attempt += 1) {
      try {
        return (await save()).kind;
      } catch (error) {
        code = isSecretError(error) ? error.code : 'unknown';
      }
      await backgroundPause(backoffMs(attempt, 100, 10_000));
    }
    return 'dropped';
  }

  return {
    record,
    result: run(),
    get code() {
      return code;
    },
    isAnnounced: false,
    drop() {
      isDropped = true;
    },
  };
}
