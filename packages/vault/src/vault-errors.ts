import { own, SecretError, type SecretErrorCode } from '@secretkit/core/provider';
import type { HttpError, HttpErrors, HttpFailure } from '@secretkit/http';

/** The answers of the server that its status does not explain, by a part of their text. The texts are the server's own. */
const meanings: readonly {
  readonly status: number;
  readonly text: RegExp;
  readonly code: SecretErrorCode;
  readonly problem: string;
  readonly retryable?: boolean;
}[] = [
  {
    status: 400,
    text: /check-and-set parameter did not match/,
    code: 'conflict',
    problem: 'another writer has changed the secret. Read it again.',
  },
  {
    status: 400,
    text: /check-and-set parameter required/,
    code: 'invalid_argument',
    problem: 'the secret accepts only writes that name a version (cas_required). Use compareAndSet.',
  },
  {
    status: 400,
    text: /Upgrading from non-versioned/,
    code: 'unavailable',
    problem: 'the engine is upgraded to version 2. Try again.',
  },
  {
    status: 400,
    text: /context (canceled|deadline exceeded)/,
    code: 'unavailable',
    problem: 'the server is stopping, or its storage is too slow. Try again.',
  },
  {
    status: 404,
    text: /namespace not found/,
    code: 'unavailable',
    problem: 'there is no such namespace. Check the option namespace.',
    retryable: false,
  },
  {
    status: 404,
    text: /no handler for route|route entry not found/,
    code: 'unavailable',
    problem: 'nothing is mounted at this path. Check the options mount and namespace.',
    retryable: false,
  },
  {
    status: 404,
    text: /Invalid path for a versioned K\/V/,
    code: 'unavailable',
    problem: 'the engine has version 2. Set kvVersion to 2, or omit it.',
    retryable: false,
  },
  {
    status: 500,
    text: /value (being )?too large|exceeds/,
    code: 'invalid_argument',
    problem: 'the value is too large for the storage of the server. Write less than 1 MiB.',
  },
];

const byStatus: Readonly<Record<number, HttpError>> = {
  404: {
    code: 'unavailable',
    problem:
      'the server has no such path. Check the options mount, namespace and kvVersion, and the version of the server.',
    retryable: false,
  },
  405: {
    code: 'invalid_argument',
    problem: 'the engine does not support this operation. Check the option mount.',
  },
  412: { code: 'unavailable', problem: 'this node of the cluster lags behind. Try again.' },
  413: { code: 'invalid_argument', problem: 'the request is too large. Write less than 1 MiB.' },
  429: { problem: 'a rate limit of the server is reached. Put a cache in front, or raise the quota.' },
  503: { problem: 'the server is sealed, a standby, or starting. Unseal it, or try again.' },
};

/** What a failure of Vault or OpenBao means. A text of the server is compared, and never kept. */
export const vaultErrors: HttpErrors = (failure) => {
  const { status } = failure;
  if (status === undefined) return { problem: 'Check the address, and that the server runs.' };
  const texts = textsIn(failure);
  const meaning = meanings.find(
    (each) => each.status === status && texts.some((text) => each.text.test(text)),
  );
  return meaning ?? byStatus[status];
};

/** Returns the error for a call after a close. */
export function closedError(): SecretError {
  return new SecretError('closed', 'the provider is closed. Create a new one, or close it later.');
}

/** Returns the texts of `errors`, or of `warnings`, in the answer to a failed request. */
export function textsIn({ body }: Pick<HttpFailure, 'body'>): readonly string[] {
  const fields = body as { readonly errors?: unknown; readonly warnings?: unknown } | undefined;
  return [own(fields, 'errors'), own(fields, 'warnings')].flat().filter((each) => typeof each === 'string');
}

/** Whether the answer is the server's own "there is nothing at this path": a 404 with an empty list of errors. */
export function isNothing({ status, body }: HttpFailure): boolean {
  const errors = own(body as { readonly errors?: unknown } | undefined, 'errors');
  return status === 404 && Array.isArray(errors) && errors.length === 0;
}

/**
 * Whether a 403 means that the token is dead, and not that a policy denies the path: then the server has exactly this text.
 * OpenBao writes the first one, Vault also the second one.
 */
export function isDeadToken({ body }: Pick<HttpFailure, 'body'>): boolean {
  return textsIn({ body }).some(
    (text) => text === 'permission denied' || /\b(invalid|bad) token\b/.test(text),
  );
}

/** Returns the error for a 403: the token is dead, or a policy denies the path. */
export function refused(isDead: boolean): SecretError {
  const [code, problem]: readonly [SecretErrorCode, string] = isDead
    ? [
        'unauthenticated',
        'the token has expired, was revoked, never existed, or may not be used from this address. Provide a new one.',
      ]
    : ['permission_denied', 'no policy of the token allows this. Grant it in a policy.'];
  return new SecretError(code, `HTTP 403: ${problem}`, { details: { status: 403 } });
}
