import { checkNumber, checkOptions, isPlainObject, kindOf } from '@secretkit/core/provider';
import { expectThat } from './failure.js';
import { faultCodes } from './fault-codes.js';
import type { BackendTraits, Fixture, Harness } from './harness.js';

const traitNames = [
  'scopes',
  'expiryResolutionMs',
  'maxValueLength',
  'maxSecrets',
  'fold',
  'isName',
  'faults',
  'textOnly',
  'hangs',
] as const satisfies readonly (keyof BackendTraits)[];
const positive = { min: 1, max: Number.MAX_SAFE_INTEGER };
const scopeFields = ['account', 'user'];
const owner = 'describeProvider: traits';

/**
 * Checks a harness: a misspelt trait would skip cases silently, and the run would pass.
 *
 * @throws `TypeError` or `RangeError` for a harness that the suite cannot use.
 */
export function checkHarness(harness: Harness): void {
  if (typeof harness !== 'object' || harness === null || typeof harness.open !== 'function') {
    throw new TypeError(
      `describeProvider: harness must be an object with traits and open(), got ${
        isPlainObject(harness) ? 'an object without open()' : kindOf(harness)
      }.`,
    );
  }
  const { traits } = harness;
  if (typeof traits !== 'object' || traits === null) {
    throw new TypeError(
      `${owner} must be an object, got ${kindOf(traits)}. Write at least { scopes: ['account', 'user'] }.`,
    );
  }
  checkOptions(owner, traits, traitNames);
  checkNames('scopes', traits.scopes, scopeFields);
  checkNames('faults', traits.faults ?? [], Object.keys(faultCodes));
  for (const trait of ['expiryResolutionMs', 'maxValueLength', 'maxSecrets'] as const) {
    const number = traits[trait];
    if (number !== undefined) checkNumber(owner, trait, number, positive);
  }
}

/**
 * Checks the result of `open()`. Without the check, its failures would look like failures of the adapter.
 *
 * @throws `ConformanceFailure` for a fixture that the suite cannot use.
 */
export function checkFixture(fixture: Fixture, { faults = [], hangs = false }: BackendTraits): void {
  const given = (fixture ?? {}) as Readonly<Partial<Record<keyof Fixture, unknown>>>;
  const needed: readonly (keyof Fixture)[] = [
    ...(['now', 'advance', 'put', 'remove', 'calls'] as const),
    ...(faults.length > 0 ? (['fault'] as const) : []),
    ...(hangs ? (['hang'] as const) : []),
  ];
  const missing = needed.find((each) => typeof given[each] !== 'function');
  expectThat(
    missing === undefined,
    `open() of the harness to return a function ${missing}`,
    kindOf(given[missing ?? 'now']),
  );
  expectThat(
    typeof given.provider === 'object' && given.provider !== null,
    'open() of the harness to return a provider',
    kindOf(given.provider),
  );
}

function checkNames(trait: string, names: unknown, known: readonly string[]): void {
  const expected = `${owner}.${trait} must be a list of ${known.join(', ')}`;
  if (!Array.isArray(names)) throw new TypeError(`${expected}, got ${kindOf(names)}.`);
  const unknown = names.map(String).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new TypeError(`${expected}, got "${unknown}".`);
}

/** @throws `TypeError` when it is not a test runner. */
export function checkRunner(runner: unknown): void {
  const { describe, it } = (runner ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof describe === 'function' && typeof it === 'function') return;
  throw new TypeError(
    `conformance: runner must be { describe, it }, got ${kindOf(runner)}. Import both from vitest or node:test.`,
  );
}
