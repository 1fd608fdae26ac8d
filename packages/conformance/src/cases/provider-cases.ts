import type { ProviderCase } from '../case.js';
import type { BackendTraits } from '../harness.js';
import { batches } from './batches.js';
import { bytes } from './bytes.js';
import { cancelling } from './cancelling.js';
import { closing } from './closing.js';
import { comparing } from './comparing.js';
import { errors } from './errors.js';
import { expiry } from './expiry.js';
import { explaining } from './explaining.js';
import { holding } from './holding.js';
import { lists } from './lists.js';
import { memory } from './memory.js';
import { names } from './names.js';
import { reading } from './reading.js';
import { secrecy } from './secrecy.js';
import { versions } from './versions.js';
import { writing } from './writing.js';

/** Returns the cases that apply to a provider with such a backend. */
export function providerCases(traits: BackendTraits): readonly ProviderCase[] {
  const all = [
    reading,
    memory,
    explaining,
    names,
    writing,
    comparing,
    versions,
    bytes,
    holding,
    expiry,
    lists,
    batches,
    errors,
    cancelling,
    closing,
    secrecy,
  ].flat();
  return all.filter(({ applies }) => applies?.(traits) ?? true);
}
