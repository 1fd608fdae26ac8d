import { type AssumedErrors, defaultErrors, type ResolvedErrors } from './assumed-errors.js';

/**
 * Switches for behaviour of the Secret Store that Stripe does not document. Every default is an assumption. Change a
 * switch to test whether your code depends on it.
 */
export interface Assumptions {
  /** Body of the response to a delete. `docs`: `{id, object, deleted}`. `full`: the secret, with `deleted`. @defaultValue 'docs' */
  readonly deleteBody?: 'docs' | 'full' | undefined;
  /** Whether a replaced secret keeps its `id`. @defaultValue true */
  readonly replaceKeepsId?: boolean | undefined;
  /** Whether a replaced secret keeps its `created`, and so its position in the list. @defaultValue true */
  readonly replaceKeepsCreated?: boolean | undefined;
  /** Whether a replacement without `expires_at` removes the expiry. @defaultValue true */
  readonly replaceClearsExpiry?: boolean | undefined;
  /** Unit of the limit of 5000 on names and payloads. @defaultValue 'codePoints' */
  readonly lengthUnit?: 'codePoints' | 'utf16' | 'bytes' | undefined;
  /** Content of the error for a name or an id that is too long: its first and last four characters, the whole text, or the name of the parameter. A payload is never quoted. @defaultValue 'ends' */
  readonly lengthErrorShows?: 'ends' | 'value' | 'param' | undefined;
  /** Whether `A` and `a` are two names. @defaultValue true */
  readonly caseSensitiveNames?: boolean | undefined;
  /** Regular expression that every name must match, or `null` to allow every name. @defaultValue null */
  readonly namePattern?: RegExp | null | undefined;
  /** The user ids that exist, or `null` if every user id exists. @defaultValue null */
  readonly users?: readonly string[] | null | undefined;
  /** Order of the list. @defaultValue 'newestFirst' */
  readonly listOrder?: 'newestFirst' | 'oldestFirst' | undefined;
  /** Whether the list accepts `expand[]=data.payload`. If not, the response is a 400. @defaultValue true */
  readonly listExpandsPayload?: boolean | undefined;
  /** Whether `expand[]=scope` is accepted. It has no effect. If not accepted, the response is a 400. @defaultValue false */
  readonly scopeExpands?: boolean | undefined;
  /** The `Stripe-Should-Retry` header of a 429 `rate_limit`, or `null` for none. @defaultValue null */
  readonly rateLimitShouldRetry?: boolean | null | undefined;
  /** Status, code, message and parameter of errors, by name. @defaultValue the table in the README */
  readonly errors?: AssumedErrors | undefined;
}

/** {@link Assumptions} with every default. */
export type ResolvedAssumptions = {
  readonly [K in Exclude<keyof Assumptions, 'errors'>]-?: Exclude<Assumptions[K], undefined>;
} & { readonly errors: ResolvedErrors };

/** The defaults of {@link Assumptions}. */
export const defaultAssumptions: ResolvedAssumptions = {
  deleteBody: 'docs',
  replaceKeepsId: true,
  replaceKeepsCreated: true,
  replaceClearsExpiry: true,
  lengthUnit: 'codePoints',
  lengthErrorShows: 'ends',
  caseSensitiveNames: true,
  namePattern: null,
  users: null,
  listOrder: 'newestFirst',
  listExpandsPayload: true,
  scopeExpands: false,
  rateLimitShouldRetry: null,
  errors: defaultErrors,
};
