import {
  type Answer,
  isSecretError,
  type Secret,
  SecretError,
  type SecretRef,
} from '@secretkit/core/provider';
import { maxSecrets, mayBeSameName, type StripePage, type StripeSecret } from './stripe-answer.js';

/** The calls that a batch makes. */
export interface BatchCalls {
  /** Reads one secret. */
  find(ref: SecretRef): Promise<Secret | undefined>;
  /** Reads a page of secrets, with their payloads if `payloads` is set and lists can contain them. */
  list(after: string | undefined, payloads: boolean): Promise<StripePage>;
  /** Converts a listed secret with a payload. */
  answerOf(secret: StripeSecret): Secret | undefined;
}

/** Returns the answers for refs of one scope, in their order. */
export type BatchReader = (refs: readonly SecretRef[], calls: BatchCalls) => Promise<readonly Answer[]>;

/** The number of pages of a hundred full scopes. */
const maxPages = 100;

/**
 * Returns a function that reads two or more secrets with one list. When lists do not contain payloads, it reads each secret
 * alone, and later batches do so at once; for more names than a scope can hold, only the listed names. A failure takes the
 * place of its answer beside the other answers; an abort fails the whole batch.
 */
export function batchReader(): BatchReader {
  let listsHidePayloads = false; // until a list without payloads shows it

  return async (refs, { find, list, answerOf }) => {
    const findOne = (ref: SecretRef): Promise<Answer> => errorAsAnswer(() => find(ref));
    if (refs.length < 2 || (listsHidePayloads && refs.length <= maxSecrets))
      return Promise.all(refs.map(findOne));
    const page = (after: string | undefined): Promise<StripePage> => list(after, !listsHidePayloads);
    const { listed, failure } = await readPages(new Set(refs.map(({ name }) => name)), page);
    return Promise.all(
      refs.map(async (ref): Promise<Answer> => {
        const secret = listed.get(ref.name);
        if (!secret) {
          const similar = [...listed.keys()].some((name) => mayBeSameName(name, ref.name));
          return failure ?? (similar ? findOne(ref) : undefined); // Stripe decides whether the names are the same
        }
        if (secret.payload !== undefined) return errorAsAnswer(() => answerOf(secret));
        listsHidePayloads = true;
        return findOne(ref);
      }),
    );
  };
}

/** Reads pages until every name is found or the list ends. A failure after the first page keeps the secrets found so far. */
async function readPages(
  names: ReadonlySet<string>,
  list: (after: string | undefined) => Promise<StripePage>,
): Promise<{ listed: ReadonlyMap<string, StripeSecret>; failure?: SecretError }> {
  const listed = new Map<string, StripeSecret>();
  const cursors = new Set<string>();
  const wanted = new Set(names);
  let after: string | undefined;
  try {
    for (;;) {
      const { secrets, hasMore } = await list(after);
      for (const secret of secrets) {
        listed.set(secret.name, secret);
        wanted.delete(secret.name);
      }
      if (!hasMore || wanted.size === 0) return { listed };
      after = secrets.at(-1)?.id;
      if (after === undefined || cursors.has(after) || cursors.size === maxPages) throw endlessList();
      cursors.add(after);
    }
  } catch (error) {
    if (!isSecretError(error) || listed.size === 0) throw error;
    return { listed, failure: error };
  }
}

async function errorAsAnswer(
  answer: () => Secret | undefined | Promise<Secret | undefined>,
): Promise<Answer> {
  try {
    return await answer();
  } catch (error) {
    if (isSecretError(error)) return error;
    throw error;
  }
}

function endlessList(): SecretError {
  return new SecretError(
    'invalid_data',
    'the list does not end. Check for a proxy between this host and Stripe.',
  );
}
