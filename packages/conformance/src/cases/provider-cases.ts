import type { ProviderCase } from '../case.js';
import type { BackendFacts } from '../harness.js';
import { batches } from './batches.js';
import { cancelling } from './cancelling.js';
import { closing } from './closing.js';
import { errors } from './errors.js';
import { expiry } from './expiry.js';
import { lists } from './lists.js';
import { names } from './names.js';
import { reading } from './reading.js';
import { secrecy } from './secrecy.js';
import { writing } from './writing.js';

/** Everything that a provider on this backend can be asked. */
export function providerCases(facts: BackendFacts): readonly ProviderCase[] {
  const all = [reading, names, writing, expiry, lists, batches, errors, cancelling, closing, secrecy].flat();
  return all.filter(({ applies }) => applies?.(facts) ?? true);
}
