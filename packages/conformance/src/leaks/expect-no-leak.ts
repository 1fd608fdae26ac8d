import { LeakFound } from './leak-found.js';
import { type Needles, needlesFor } from './needles.js';
import { renderings } from './renderings.js';
import { textsWithin } from './walk.js';

/**
 * Looks for a value where it must not show: in every field that can be reached, hidden, inherited or by symbol, in
 * causes, maps, sets and bytes, and in everything that loggers, debuggers, queues and test runners make of it. Encoded
 * forms (JSON, URL, base64, hexadecimal) count too.
 *
 * @param canary - What must not show, eight characters at least; several are looked for at once.
 * @param thing - A value, an error, an event, a span, a provider: anything.
 * @throws `LeakFound`, which says where, and not what; `TypeError` for a canary that is too short.
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
  look(needles, thing, 'it');
  for (const { name, show } of renderings) look(needles, shown(show, thing), name);
}

/** @throws `LeakFound` */
export function look(needles: Needles, thing: unknown, place: string): void {
  for (const found of textsWithin(thing, place))
    if (needles.isIn(found.text)) throw new LeakFound(found.place);
}

// What cannot be shown in this way shows an error instead, which may quote it.
function shown(show: (thing: unknown) => unknown, thing: unknown): unknown {
  try {
    return show(thing);
  } catch (error) {
    return error;
  }
}
