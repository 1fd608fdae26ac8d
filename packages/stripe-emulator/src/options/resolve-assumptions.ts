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
  isFlag,
  isInteger,
  isListOf,
  isObject,
  isOneOf,
  isText,
  type OptionChecks,
  orNull,
} from './option-checks.js';

const switchChecks: OptionChecks<Assumptions> = {
  deleteBody: isOneOf('docs', 'full'),
  replaceKeepsId: isFlag,
  replaceKeepsCreated: isFlag,
  replaceClearsExpiry: isFlag,
  lengthUnit: isOneOf('codePoints', 'utf16', 'bytes'),
  lengthErrorShows: isOneOf('ends', 'value', 'param'),
  caseSensitiveNames: isFlag,
  namePattern: orNull({ ok: (value) => value instanceof RegExp, must: 'a regular expression' }),
  users: orNull(isListOf(isText)),
  listOrder: isOneOf('newestFirst', 'oldestFirst'),
  listExpandsPayload: isFlag,
  scopeExpands: isFlag,
  rateLimitShouldRetry: isOneOf(true, false, null),
  errors: isObject,
};

const errorChecks: OptionChecks<AssumedError> = {
  status: isInteger(400, 599),
  code: orNull(isText),
  message: isText,
  param: orNull(isText),
};

const namesOfErrors = Object.keys(defaultErrors) as AssumedErrorName[]; // the type has no other keys

const errorsChecks = Object.fromEntries(
  namesOfErrors.map((name) => [name, isObject]),
) as OptionChecks<AssumedErrors>; // each name has its check

/**
 * Checks the assumptions and fills in the defaults.
 *
 * @throws TypeError naming the switch that is unknown or wrong
 */
export function resolveAssumptions(where: string, assume: Assumptions): ResolvedAssumptions {
  checkOptions(where, assume, switchChecks);
  const { namePattern, errors = {} } = assume;
  checkOptions(`${where}.errors`, errors, errorsChecks);
  return {
    ...defaultAssumptions,
    ...given(assume),
    // A global or sticky expression remembers where it stopped.
    namePattern: namePattern
      ? new RegExp(namePattern.source, namePattern.flags.replaceAll(/[gy]/g, ''))
      : null,
    errors: resolveErrors(`${where}.errors`, errors),
  };
}

function resolveErrors(where: string, errors: AssumedErrors): ResolvedErrors {
  const resolved = namesOfErrors.map((name) => {
    const error = errors[name] ?? {};
    checkOptions(`${where}.${name}`, error, errorChecks);
    return [name, { ...defaultErrors[name], ...given(error) }];
  });
  return Object.fromEntries(resolved) as ResolvedErrors; // each name is there
}

/** The fields that are set: an option that is `undefined` means its default. */
function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const set = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as { [K in keyof T]?: Exclude<T[K], undefined> }; // undefined was filtered out
}
