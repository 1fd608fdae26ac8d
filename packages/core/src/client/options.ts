import { invalid } from '../invalid.js';
import { isPlain } from '../is-plain.js';
import type { CallContext } from '../provider.js';

const plain: CallContext = Object.freeze({});

/**
 * The context of a call with these options.
 *
 * @throws `invalid_argument` for an option that does not exist or is of the wrong type.
 */
export function contextOf(
  options: { readonly signal?: AbortSignal; readonly fresh?: boolean } | undefined,
  known: readonly string[],
): CallContext {
  if (options === undefined) return plain;
  checkOptions(options, known);
  const { signal, fresh } = options;
  if (signal !== undefined && !isSignal(signal)) {
    throw invalid('signal is an AbortSignal, such as controller.signal.');
  }
  if (fresh !== undefined && typeof fresh !== 'boolean') {
    throw invalid('fresh is true or false.');
  }
  return { ...(signal && { signal }), ...(fresh && { fresh }) };
}

function checkOptions(options: object, known: readonly string[]): void {
  if (!isPlain(options)) {
    throw invalid(`options are an object with ${known.join(', ')}.`);
  }
  const extra = Object.keys(options).find((option) => !known.includes(option));
  if (extra !== undefined) {
    throw invalid(`there is no option "${extra.slice(0, 50)}"; there is ${known.join(', ')}.`);
  }
}

// By what is used of it: a test environment, or a polyfill, may have a class of its own.
function isSignal(thing: Partial<AbortSignal> | null): boolean {
  const { aborted, addEventListener, removeEventListener } = thing ?? {};
  return (
    [typeof aborted, typeof addEventListener, typeof removeEventListener].join() ===
    'boolean,function,function'
  );
}
