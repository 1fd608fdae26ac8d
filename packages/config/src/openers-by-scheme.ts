import { kindOf, type Opener } from '@secretkit/core/provider';

/** @throws `TypeError` for anything but a list of openers with one opener for each scheme. */
export function openersByScheme(owner: string, openers: readonly Opener[]): ReadonlyMap<string, Opener> {
  const expected = `${owner}: openers must be a list, such as [envOpener()]`;
  if (!Array.isArray(openers)) throw new TypeError(`${expected}, got ${kindOf(openers)}.`);
  if (openers.length === 0) throw new TypeError(`${expected}, got an empty list.`);
  const byScheme = new Map<string, Opener>();
  for (const [at, opener] of openers.entries()) {
    checkOpener(`${owner}: openers[${at}]`, opener);
    for (const scheme of opener.schemes) {
      if (byScheme.has(scheme)) {
        throw new TypeError(
          `${owner}: two openers for scheme "${scheme}:". Remove one, or rename its scheme with its option scheme.`,
        );
      }
      byScheme.set(scheme, opener);
    }
  }
  return byScheme;
}

function checkOpener(place: string, opener: unknown): asserts opener is Opener {
  const { schemes, open } = (opener ?? {}) as Partial<Opener>;
  if (!Array.isArray(schemes) || typeof open !== 'function') {
    const hint = typeof opener === 'function' ? ' Call it first.' : '';
    throw new TypeError(
      `${place} must be an object with schemes and open, such as envOpener(), got ${kindOf(opener)}.${hint}`,
    );
  }
  const isScheme = (scheme: unknown): boolean =>
    typeof scheme === 'string' && /^[a-z][a-z0-9+.-]*$/.test(scheme);
  if (schemes.length === 0 || !schemes.every(isScheme)) {
    throw new TypeError(
      `${place}.schemes must be a list of URL schemes in lower case without a colon, such as ["env"].`,
    );
  }
}
