import { type AssumedErrors, defaultErrors, type ResolvedErrors } from './assumed-errors.js';

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
  /** What the limit of 5000 on names and payloads counts. @defaultValue 'codePoints' */
  readonly lengthUnit?: 'codePoints' | 'utf16' | 'bytes' | undefined;
  /** What the error for a value that is too long shows: its four first and last characters, all of it, or the parameter's name. @defaultValue 'ends' */
  readonly lengthErrorShows?: 'ends' | 'value' | 'param' | undefined;
  /** Whether `A` and `a` are two names. @defaultValue true */
  readonly caseSensitiveNames?: boolean | undefined;
  /** The form that a name must have, or `null` for any. @defaultValue null */
  readonly namePattern?: RegExp | null | undefined;
  /** The user ids that exist, or `null` for all. @defaultValue null */
  readonly users?: readonly string[] | null | undefined;
  /** Order of the list. @defaultValue 'newestFirst' */
  readonly listOrder?: 'newestFirst' | 'oldestFirst' | undefined;
  /** Whether `expand[]=data.payload` works on the list. If not it is a 400. @defaultValue true */
  readonly listExpandsPayload?: boolean | undefined;
  /** Whether `scope` may be expanded, which changes nothing. If not it is a 400. @defaultValue false */
  readonly scopeExpands?: boolean | undefined;
  /** The `Stripe-Should-Retry` header of a 429 `rate_limit`, or `null` for none. @defaultValue null */
  readonly rateLimitShouldRetry?: boolean | null | undefined;
  /** How errors look, by name. @defaultValue as the README says */
  readonly errors?: AssumedErrors | undefined;
}

/** {@link Assumptions} with every default filled in. */
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
