import {
  type Answer,
  type CallContext,
  isSecretError,
  type Secret,
  SecretError,
  type SecretProvider,
  seal,
} from '@secretkit/core/provider';
import { createHttp } from '@secretkit/http';
import { httpErrors } from './http-error.js';

/** Reads secrets from a store behind HTTP that supports batches and accounts. */
export function httpSecrets(options: {
  readonly baseUrl: string;
  readonly token: Secret;
  readonly now?: () => number;
}): SecretProvider {
  const { baseUrl, token, now = () => Date.now() } = options;
  const ask = requestsTo(baseUrl, token);

  const provider: SecretProvider & Required<Pick<SecretProvider, 'getMany'>> = {
    name: 'http',

    async get(ref, ctx) {
      const [answer] = await provider.getMany([ref], ctx);
      if (isSecretError(answer)) throw answer;
      return answer;
    },

    async getMany(refs, ctx) {
      const { account, user } = refs[0]?.scope ?? {}; // shared by all refs of a call
      if (user !== undefined) return refs.map(() => undefined); // the store has no users
      const answer = await ask('read', { account, names: refs.map(({ name }) => name) }, ctx);
      const { secrets } = answer as { readonly secrets?: unknown };
      if (!Array.isArray(secrets))
        throw new SecretError('invalid_data', 'the answer must be a list of secrets.');
      const found = new Map(secrets.map((each: Partial<StoredSecret> | null) => [each?.name, each]));
      return refs.map(({ name }) => sealed(found.get(name)));
    },

    async set({ name, scope }, secret, ctx) {
      if (scope?.user !== undefined) throw new SecretError('invalid_argument', 'the store has no users.');
      if (secret.format === 'base64') throw new SecretError('invalid_argument', 'the store has texts only.');
      const expiresAt = secret.expiresAt && Math.floor(secret.expiresAt.getTime() / 1_000); // never longer than requested
      if (expiresAt !== undefined && expiresAt * 1_000 <= now()) {
        throw new SecretError(
          'invalid_argument',
          'expiresAt must be in the future. Delete the secret to remove it.',
        );
      }
      const value = secret.reveal();
      checkConfirmed(
        await ask('write', { account: scope?.account, name, value, expires_at: expiresAt }, ctx),
      );
    },

    async delete({ name, scope }, ctx) {
      if (scope?.user === undefined)
        checkConfirmed(await ask('delete', { account: scope?.account, name }, ctx));
    },
  };
  return provider;
}

/** Returns a function that sends a request to the store, and returns the JSON object of the answer. */
function requestsTo(baseUrl: string, token: Secret) {
  const http = createHttp({
    owner: 'httpSecrets',
    baseUrl,
    headers: { authorization: `Bearer ${token.reveal()}` },
    errors: httpErrors,
  });

  return async (path: string, body: Readonly<Record<string, unknown>>, ctx: CallContext): Promise<object> => {
    const headers = { 'idempotency-key': ctx.idempotencyKey };
    const answer = await http.request({ method: 'POST', path: [path], headers, body, signal: ctx.signal });
    return answer.body ?? {};
  };
}

/** A secret in the store's format; its expiry in seconds. */
interface StoredSecret {
  readonly name: string;
  readonly value: string;
  readonly expires_at: number | null;
}

function sealed(stored: Partial<StoredSecret> | null | undefined): Answer {
  if (!stored) return undefined;
  const { value, expires_at: seconds } = stored;
  if (value === '') return undefined;
  if (typeof value !== 'string') return new SecretError('invalid_data', 'the answer must have a value.');
  return seal(value, typeof seconds === 'number' ? { expiresAt: new Date(seconds * 1_000) } : {});
}

// A page with status 200 does not confirm a write.
function checkConfirmed(answer: unknown): void {
  const { done } = answer as { readonly done?: unknown };
  if (done !== true) throw new SecretError('invalid_data', 'the answer does not confirm the write.');
}
