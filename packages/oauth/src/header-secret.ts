import type { SecretRef } from '@secretkit/core';
import { isSecretError, type SecretErrorCode } from '@secretkit/core/provider';
import type { HeaderOptions } from './oauth-options.js';
import type { TokenRecord } from './token-record.js';
import type { TokenStore } from './token-store.js';

/** The second secret of a connection, with the whole header of its access token. It may be behind for a moment. */
export interface HeaderSecret {
  /** Writes the header of these tokens. Never rejects. */
  write(record: TokenRecord): Promise<void>;
  /** Compares the store with tokens that this process has not seen before, in the background. */
  check(record: TokenRecord): void;
  remove(): Promise<void>;
}

const cooldownMs = 5_000;

export function headerSecret(
  secrets: Pick<TokenStore, 'get' | 'set' | 'delete'>,
  connection: SecretRef,
  { name, format }: HeaderOptions,
  readFresh: () => Promise<{ readonly record: TokenRecord } | undefined>,
  onBehind: (code: SecretErrorCode) => void,
): HeaderSecret {
  const ref: SecretRef = { ...connection, name };
  let confirmed: string | undefined; // the id of the tokens whose header the store has
  let checking = false;
  let coolsUntil = 0;

  async function attempt(run: () => Promise<TokenRecord | undefined>): Promise<void> {
    checking = true;
    try {
      confirmed = (await run())?.id;
    } catch (error) {
      coolsUntil = performance.now() + cooldownMs;
      onBehind(isSecretError(error) ? error.code : 'unknown');
    } finally {
      checking = false;
    }
  }

  return {
    write: (record) =>
      attempt(async () => {
        await secrets.set(ref, format(record.accessToken));
        return record;
      }),
    check({ id }) {
      if (id === confirmed || checking || performance.now() < coolsUntil) return;
      void attempt(async () => {
        const header = await secrets.get(ref, { fresh: true });
        const stored = await readFresh(); // after the header, and fresh: an old token must not replace a new one
        const wanted = stored && format(stored.record.accessToken);
        if (wanted !== undefined && header?.reveal() !== wanted) await secrets.set(ref, wanted);
        return stored?.record;
      }); // it never rejects
    },
    remove: () => secrets.delete(ref),
  };
}
