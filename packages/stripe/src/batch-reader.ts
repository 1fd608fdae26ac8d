import {
  type Answer,
  isSecretError,
  type Secret,
  SecretError,
  type SecretRef,
} from '@secretkit/core/provider';
import { isAlike, maxSecrets, type StripePage, type StripeSecret } from './stripe-answer.js';

/** What a batch is read with. */
export interface BatchParts {
  /** One secret. */
  find(ref: SecretRef): Promise<Secret | undefined>;
  /** A page of secrets, with their payloads if they are asked for and lists show them. */
  list(after: string | undefined, payloads: boolean): Promise<StripePage>;
  /** What a listed secret comes to. */
  answerOf(secret: StripeSecret): Secret | undefined;
}

/** Answers for refs of one scope, in their order. */
export type BatchReader = (refs: readonly SecretRef[], parts: BatchParts) => Promise<readonly Answer[]>;

/** As many pages as a hundred scopes could fill. */
const maxPages = 100;

/**
 * Reads two or more secrets with one list. Where lists hide payloads, it finds each secret by itself, and remembers; of
 * more names than a scope holds, only those that a list shows. What fails stands in its place beside the answers that are
 * there; an abort fails them all.
 */
export function batchReader(): BatchReader {
  let listsHidePayloads = false; // until one has shown that it does

  return async (refs, { find, list, answerOf }) => {
    const one = (ref: SecretRef): Promise<Answer> => inPlace(() => find(ref));
    if (refs.length < 2 || (listsHidePayloads && refs.length <= maxSecrets))
      return Promise.all(refs.map(one));
    const page = (after: string | undefined): Promise<StripePage> => list(after, !listsHidePayloads);
    const { listed, failure } = await readPages(new Set(refs.map(({ name }) => name)), page);
    return Promise.all(
      refs.map(async (ref): Promise<Answer> => {
        const secret = listed.get(ref.name);
        if (!secret) {
          const other = [...listed.keys()].some((name) => isAlike(name, ref.name));
          return failure ?? (other ? one(ref) : undefined); // whether that is the same name, Stripe knows
        }
        if (secret.payload !== undefined) return inPlace(() => answerOf(secret));
        listsHidePayloads = true;
        return one(ref);
      }),
    );
  };
}

/** Pages until every name is found or there are no more. What fails after the first page leaves what was found before. */
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
      if (after === undefined || cursors.has(after) || cursors.size === maxPages) throw endless();
      cursors.add(after);
    }
  } catch (error) {
    if (!isSecretError(error) || listed.size === 0) throw error;
    return { listed, failure: error };
  }
}

async function inPlace(answer: () => Secret | undefined | Promise<Secret | undefined>): Promise<Answer> {
  try {
    return await answer();
  } catch (error) {
    if (isSecretError(error)) return error;
    throw error;
  }
}

function endless(): SecretError {
  return new SecretError(
    'invalid_data',
    'the list says that there is more, and does not get there. Check for a proxy in between.',
  );
}
