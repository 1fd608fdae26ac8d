import type { ResolvedAssumptions } from '../options/assumptions.js';
import type { SecretSpace } from '../store/secret-space.js';
import type { SecretStore, StoredSecret } from '../store/secret-store.js';
import type { Operation } from './operation.js';
import type { Params } from './read-params.js';
import { deletedSecretJson, secretJson } from './secret-json.js';
import { assumedFailure } from './stripe-failures.js';

/** Store and parameters of an operation. */
export interface ExecutionContext {
  readonly store: SecretStore;
  readonly space: SecretSpace;
  readonly params: Params;
  readonly assume: ResolvedAssumptions;
}

/**
 * Executes one operation and returns the body of its response.
 *
 * @throws `ApiFailure` 404 when the secret does not exist, 400 when the scope is full.
 */
export function executeOperation(operation: Operation, context: ExecutionContext): object {
  return executors[operation](context);
}

const executors: { readonly [O in Operation]: (context: ExecutionContext) => object } = {
  create({ store, space, params, assume }) {
    const secret = store.put(space, params);
    if (!secret) throw assumedFailure(assume.errors, 'scopeFull');
    return secretJson(secret, params.expandsPayload);
  },
  find({ store, space, params, assume }) {
    const secret = store.find(space, params.name);
    if (!secret) throw assumedFailure(assume.errors, 'secretMissing', { name: params.name });
    return secretJson(secret, params.expandsPayload);
  },
  delete({ store, space, params, assume }) {
    const secret = store.remove(space, params.name);
    if (!secret) throw assumedFailure(assume.errors, 'secretMissing', { name: params.name });
    return deletedSecretJson(secret, params.expandsPayload, assume.deleteBody);
  },
  list({ store, space, params, assume }) {
    const { data, hasMore } = page(store.list(space), params, assume);
    return {
      object: 'list',
      url: '/v1/apps/secrets',
      has_more: hasMore,
      data: data.map((secret) => secretJson(secret, params.expandsPayload)),
    };
  },
};

function page(
  all: readonly StoredSecret[],
  { limit, startingAfter, endingBefore }: Params,
  { errors }: ResolvedAssumptions,
): { readonly data: readonly StoredSecret[]; readonly hasMore: boolean } {
  const position = (param: string, cursor: string): number => {
    const index = all.findIndex(({ id }) => id === cursor);
    if (index === -1) throw assumedFailure(errors, 'cursorUnknown', { cursor, param });
    return index;
  };
  if (endingBefore !== undefined) {
    const before = all.slice(0, position('ending_before', endingBefore));
    return { data: before.slice(-limit), hasMore: before.length > limit };
  }
  const start = startingAfter === undefined ? 0 : position('starting_after', startingAfter) + 1;
  return { data: all.slice(start, start + limit), hasMore: all.length > start + limit };
}
