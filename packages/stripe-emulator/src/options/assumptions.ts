/** How the error for the eleventh secret in a scope looks. */
export interface QuotaErrorAssumption {
  /** HTTP status. @defaultValue 400 */
  readonly status?: number | undefined;
  /** Stripe error code, or `null` for none. @defaultValue null */
  readonly code?: string | null | undefined;
  /** The message. */
  readonly message?: string | undefined;
}

/**
 * What Stripe does not document about its Secret Store. Every default here is an assumption:
 * set the switch the other way to see whether your code depends on it.
 */
export interface Assumptions {
  /** Body of a delete: `docs` is `{id, object, deleted}`, `full` is the whole secret with `deleted`. @defaultValue 'docs' */
  readonly deleteBody?: 'docs' | 'full' | undefined;
  /** Whether replacing a secret keeps its `id`. @defaultValue true */
  readonly replaceKeepsId?: boolean | undefined;
  /** Whether replacing a secret keeps its `created`, and so its place in the list. @defaultValue true */
  readonly replaceKeepsCreated?: boolean | undefined;
  /** Whether replacing a secret without `expires_at` removes its expiry. @defaultValue true */
  readonly replaceClearsExpiry?: boolean | undefined;
  /** The error for the eleventh secret in a scope. @defaultValue 400 without a code */
  readonly quotaError?: QuotaErrorAssumption | undefined;
  /** What the limit of 5000 on names and payloads counts. @defaultValue 'codePoints' */
  readonly lengthUnit?: 'codePoints' | 'utf16' | 'bytes' | undefined;
  /** Whether the error for a value that is too long quotes the value. @defaultValue false */
  readonly lengthErrorEchoesValue?: boolean | undefined;
  /** Whether `A` and `a` are two names. @defaultValue true */
  readonly caseSensitiveNames?: boolean | undefined;
  /** The `param` of the 404 for an absent secret, or `null` for none. @defaultValue null */
  readonly notFoundParam?: string | null | undefined;
  /** HTTP status of `account_invalid`; 403 is usual, 400 and 401 were seen too. @defaultValue 403 */
  readonly accountErrorStatus?: 400 | 401 | 403 | undefined;
  /** The permission that the 403 for a restricted key names. @defaultValue 'rak_secret_write' */
  readonly restrictedKeyPermission?: string | undefined;
  /** Order of the list. @defaultValue 'newestFirst' */
  readonly listOrder?: 'newestFirst' | 'oldestFirst' | undefined;
  /** Whether `expand[]=data.payload` works on the list. If not it is a 400. @defaultValue true */
  readonly listExpandsPayload?: boolean | undefined;
  /** The `Stripe-Should-Retry` header of a 429 `rate_limit`, or `null` for none. @defaultValue null */
  readonly rateLimitShouldRetry?: boolean | null | undefined;
}

/** {@link Assumptions} with every default filled in. */
export type ResolvedAssumptions = {
  readonly [K in Exclude<keyof Assumptions, 'quotaError'>]-?: Exclude<Assumptions[K], undefined>;
} & {
  readonly quotaError: { readonly status: number; readonly code: string | null; readonly message: string };
};

/** The defaults of {@link Assumptions}. */
export const defaultAssumptions: ResolvedAssumptions = {
  deleteBody: 'docs',
  replaceKeepsId: true,
  replaceKeepsCreated: true,
  replaceClearsExpiry: true,
  quotaError: {
    status: 400,
    code: null,
    message:
      'You have reached the maximum of 10 secrets for this scope. Delete at least one of them to store another.',
  },
  lengthUnit: 'codePoints',
  lengthErrorEchoesValue: false,
  caseSensitiveNames: true,
  notFoundParam: null,
  accountErrorStatus: 403,
  restrictedKeyPermission: 'rak_secret_write',
  listOrder: 'newestFirst',
  listExpandsPayload: true,
  rateLimitShouldRetry: null,
};
