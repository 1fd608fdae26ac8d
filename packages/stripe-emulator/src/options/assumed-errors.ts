/** Names of the errors that Stripe does not document, or documents only in part. */
export type AssumedErrorName =
  | 'accountInvalid'
  | 'bothCursors'
  | 'cursorUnknown'
  | 'expiryInPast'
  | 'expiryTooFar'
  | 'keyPermissionMissing'
  | 'nameRefused'
  | 'permissionMissing'
  | 'scopeFull'
  | 'secretMissing'
  | 'textTooLong'
  | 'userMissing'
  | 'userRefused'
  | 'userUnknown';

/** Assumption about one error. A missing field has its default. */
export interface AssumedError {
  /** HTTP status. */
  readonly status?: number | undefined;
  /** Stripe error code, or `null` for no code. */
  readonly code?: string | null | undefined;
  /** The message. It may contain the placeholders of the default message, such as `{account}`. */
  readonly message?: string | undefined;
  /** Name of the invalid parameter, or `null` for no parameter. */
  readonly param?: string | null | undefined;
}

/** Assumptions about the errors, by name. */
export type AssumedErrors = { readonly [N in AssumedErrorName]?: AssumedError | undefined };

/** {@link AssumedError} with every field. */
export type ResolvedError = { readonly [K in keyof AssumedError]-?: Exclude<AssumedError[K], undefined> };

/** {@link AssumedErrors} with every default. */
export type ResolvedErrors = { readonly [N in AssumedErrorName]: ResolvedError };

/** The defaults of {@link AssumedErrors}. */
export const defaultErrors: ResolvedErrors = {
  accountInvalid: {
    status: 403,
    code: 'account_invalid',
    message:
      "The provided key '{key}' does not have access to account '{account}' (or that account does not exist). Application access may have been revoked.",
    param: null,
  },
  bothCursors: {
    status: 400,
    code: null,
    message: 'You can only specify one of these parameters: starting_after, ending_before.',
    param: 'ending_before',
  },
  cursorUnknown: {
    status: 400,
    code: 'resource_missing',
    message: "No such secret: '{cursor}'",
    param: '{param}',
  },
  expiryInPast: {
    status: 400,
    code: null,
    message: 'Invalid expires_at: it must be in the future.',
    param: 'expires_at',
  },
  expiryTooFar: {
    status: 400,
    code: null,
    message: 'Invalid expires_at: it must be at most 100 years in the future.',
    param: 'expires_at',
  },
  keyPermissionMissing: {
    status: 403,
    code: 'more_permissions_required_for_application',
    message:
      "The provided key '{key}' does not have the required permissions for this endpoint on account '{account}'. Having the 'rak_secret_write' permission would allow this request to continue.",
    param: null,
  },
  nameRefused: {
    status: 400,
    code: null,
    message: 'Invalid name: it has characters that a name may not have.',
    param: 'name',
  },
  permissionMissing: {
    status: 403,
    code: 'more_permissions_required_for_application',
    message:
      "This application does not have the required permissions for this endpoint on account '{account}'. Having the 'secret_write' permission would allow this request to continue.",
    param: null,
  },
  scopeFull: {
    status: 400,
    code: null,
    message:
      'You have reached the maximum of 10 secrets for this scope. Delete at least one of them to store another.',
    param: null,
  },
  secretMissing: {
    status: 404,
    code: 'resource_missing',
    message: "No such secret: '{name}'",
    param: null,
  },
  textTooLong: {
    status: 400,
    code: null,
    message: 'Invalid string: {shown}; must be at most 5000 characters',
    param: '{param}',
  },
  userMissing: {
    status: 400,
    code: 'parameter_missing',
    message: 'Missing required param: scope[user].',
    param: 'scope[user]',
  },
  userRefused: {
    status: 400,
    code: null,
    message: 'You cannot provide scope[user] when scope[type] is account.',
    param: 'scope[user]',
  },
  userUnknown: {
    status: 400,
    code: 'resource_missing',
    message: "No such user: '{user}'",
    param: 'scope[user]',
  },
};
