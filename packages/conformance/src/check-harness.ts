import { checkFunction } from '@secretkit/core';
import { checkNumber, checkOptions } from '@secretkit/core/provider';
import { expectThat } from './failure.js';
import { faultCodes } from './fault-codes.js';
import type { BackendFacts, Fixture, Harness } from './harness.js';

const factNames = [
  'scopes',
  'expiryResolutionMs',
  'maxValueLength',
  'maxSecrets',
  'fold',
  'faults',
  'hangs',
] as const satisfies readonly (keyof BackendFacts)[];
const positive = { min: 1, max: Number.MAX_SAFE_INTEGER };
const scopeFields = ['account', 'user'];

/**
 * A misspelt fact would leave out cases without a word: the run would be green, and prove less.
 *
 * @throws `TypeError` for a harness that the suite could not use.
 */
export function checkHarness(harness: Harness): void {
  if (typeof harness !== 'object' || harness === null || typeof harness.open !== 'function') {
    throw new TypeError('conformance: a harness is an object with facts and an open() that gives a fixture.');
  }
  const { facts } = harness;
  if (typeof facts !== 'object' || facts === null) {
    throw new TypeError(
      "conformance: the harness has no facts. The least are { scopes: ['account', 'user'] }.",
    );
  }
  checkOptions('conformance: facts', facts, factNames);
  checkNames('scopes', facts.scopes, scopeFields);
  checkNames('faults', facts.faults ?? [], Object.keys(faultCodes));
  for (const fact of ['expiryResolutionMs', 'maxValueLength', 'maxSecrets'] as const) {
    const number = facts[fact];
    if (number !== undefined) checkNumber('conformance: facts', fact, number, positive);
  }
  checkFunction('conformance: facts', 'fold', facts.fold);
}

/**
 * What `open()` gives is the harness's: a case that fails for it would blame the adapter.
 *
 * @throws `ConformanceFailure` for a fixture that the suite could not use.
 */
export function checkFixture(fixture: Fixture, { faults = [], hangs = false }: BackendFacts): void {
  const given = (fixture ?? {}) as Readonly<Partial<Record<keyof Fixture, unknown>>>;
  const needed: readonly (keyof Fixture)[] = [
    ...(['now', 'advance', 'put', 'remove', 'calls'] as const),
    ...(faults.length > 0 ? (['fault'] as const) : []),
    ...(hangs ? (['hang'] as const) : []),
  ];
  const name = needed.find((each) => typeof given[each] !== 'function');
  expectThat(
    name === undefined,
    `open() of the harness to give a function ${name}`,
    typeof given[name ?? 'now'],
  );
  expectThat(
    typeof given.provider === 'object',
    'open() of the harness to give a provider',
    typeof given.provider,
  );
}

function checkNames(fact: string, names: unknown, known: readonly string[]): void {
  const expected = `conformance: ${fact} is a list of ${known.join(', ')}`;
  if (!Array.isArray(names)) throw new TypeError(`${expected}; it is no list.`);
  const extra = names.map(String).find((name) => !known.includes(name));
  if (extra !== undefined) throw new TypeError(`${expected}; "${extra}" is none of them.`);
}

/** @throws `TypeError` for what is no test runner. */
export function checkRunner(runner: unknown): void {
  const { describe, it } = (runner ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof describe === 'function' && typeof it === 'function') return;
  throw new TypeError('conformance: the runner is { describe, it }, such as those of node:test or vitest.');
}
