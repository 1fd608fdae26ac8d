import { connectionFailures } from './connection-failures.js';
import type { Fault } from './fault.js';
import { stripeErrors } from './stripe-errors.js';
import { timeouts } from './timeouts.js';
import { unexpectedJson } from './unexpected-json.js';
import { unreadableResponses } from './unreadable-responses.js';

/** The table that the tests run and the README shows. */
export const faults: readonly Fault[] = [
  ...stripeErrors,
  ...unexpectedJson,
  ...unreadableResponses,
  ...connectionFailures,
  ...timeouts,
];
