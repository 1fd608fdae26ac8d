import {
  type AssumedError,
  type AssumedErrorName,
  type AssumedErrors,
  defaultErrors,
  type ResolvedErrors,
} from './assumed-errors.js';
import { type Assumptions, defaultAssumptions, type ResolvedAssumptions } from './assumptions.js';
import {
  checkOptions,
  isArrayOf,
  isInteger,
  isObject,
  isOneOf,
  isText,
  type OptionChecks,
  orNull,
  unchecked,
} from './option-checks.js';

const switchChecks: OptionChecks<Assumptions> = {
  deleteBody: isOneOf('docs', 'full'),
  replaceKeepsId: unchecked,
  replaceKeepsCreated: unchecked,
  replaceClearsExpiry: unchecked,
  lengthUnit: isOneOf('codePoints', 'utf16', 'bytes'),
  lengthErrorShows: isOneOf('ends', 'value', 'param'),
  caseSensitiveNames: unchecked,
  namePattern: orNull({ accepts: (value) => value instanceof RegExp, expected: 'a regular expression' }),
  users: orNull(isArrayOf(isText)),
  listOrder: isOneOf('newestFirst', 'oldestFirst'),
  listExpandsPayload: unchecked,
  scopeExpands: unchecked,
  rateLimitShouldRetry: isOneOf(true, false, null),
  errors: isObject,
};

const errorChecks: OptionChecks<AssumedError> = {
  status: isInteger(400, 599),
  code: orNull(isText),
  message: isText,
  param: orNull(isText),
};

const errorNames = Object.keys(defaultErrors) as AssumedErrorName[]; // the type has no other keys

const errorsChecks = Object.fromEntries(
  errorNames.map((name) => [name, isObject]),
) as OptionChecks<AssumedErrors>; // every name has a check

/**
 * Checks the assumptions and fills in the defaults.
 *
 * @throws `TypeError` when a switch is unknown or wrong.
 */
export function resolveAssumptions(owner: string, assume: Assumptions): ResolvedAssumptions {
  checkOptions(owner, assume, switchChecks, 'assume');
  const { namePattern, errors = {} } = assume;
  checkOptions(owner, errors, errorsChecks, 'assume.errors');
  return {
    ...defaultAssumptions,
    ...given(assume),
    // A global or sticky expression keeps its last position between calls.
    namePattern: namePattern
      ? new RegExp(namePattern.source, namePattern.flags.replaceAll(/[gy]/g, ''))
      : null,
    errors: resolveErrors(owner, errors),
  };
}

function resolveErrors(owner: string, errors: AssumedErrors): ResolvedErrors {
  const resolved = errorNames.map((name) => {
    const error = errors[name] ?? {};
    checkOptions(owner, error, errorChecks, `assume.errors.${name}`);
    return [name, { ...defaultErrors[name], ...given(error) }];
  });
  return Object.fromEntries(resolved) as ResolvedErrors; // every name has an entry
}

/** Returns the fields that are not `undefined`: an option that is `undefined` has its default. */
function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const set = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as { [K in keyof T]?: Exclude<T[K], undefined> }; // the filter removed undefined
}
