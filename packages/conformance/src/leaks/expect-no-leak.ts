import { LeakFound } from './leak-found.js';
import { type Needles, needlesFor } from './needles.js';
import { renderings } from './renderings.js';
import { textsWithin } from './walk.js';

/**
 * Checks that a thing does not reveal a value: in no field that can be reached (hidden, inherited and symbol fields too), in
 * no cause, map, set or bytes, and in no rendering that loggers, debuggers, queues and test runners make. Encoded forms
 * (JSON, URL, base64, hexadecimal) count as the value.
 *
 * @param canary - The value, or several, of at least eight characters each.
 * @param thing - Anything: a value, an error, an event, a span, a provider.
 * @throws `LeakFound` with the place, not the value; `TypeError` for a canary that is too short.
 * @example
 * ```ts
 * import { expectNoLeak } from '@secretkit/conformance';
 * import { seal } from '@secretkit/core';
 *
 * expectNoLeak('an-example-value', seal('an-example-value'));
 * ```
 */
export function expectNoLeak(canary: string | readonly string[], thing: unknown): void {
  const needles = needlesFor(canary);
  searchIn(needles, thing, 'it');
  for (const { name, render } of renderings) searchIn(needles, rendered(render, thing), name);
}

/** @throws `LeakFound` when the thing has one of the needles. */
export function searchIn(needles: Needles, thing: unknown, place: string): void {
  for (const found of textsWithin(thing, place))
    if (needles.isIn(found.text)) throw new LeakFound(found.place);
}

// A rendering that fails gives an error, which may quote the thing.
function rendered(render: (thing: unknown) => unknown, thing: unknown): unknown {
  try {
    return render(thing);
  } catch (error) {
    return error;
  }
}
