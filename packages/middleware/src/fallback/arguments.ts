import { checkProvider, type SecretProvider } from '@secretkit/core/provider';
import type { DenialCode, FallbackOptions } from './index.js';

/** What a fallback was called with. */
export interface Arguments {
  readonly providers: readonly SecretProvider[];
  readonly options: FallbackOptions;
}

/**
 * Tells the providers from the options, which may stand last.
 *
 * @throws `TypeError` for no provider, for what is none, and for the same one twice.
 */
export function argumentsOf(args: readonly unknown[]): Arguments {
  const last = args.at(-1);
  const [providers, options] = isOptions(last) ? [args.slice(0, -1), last] : [args, {}];
  if (providers.length === 0) throw new TypeError('fallback needs providers: fallback(first, second).');
  const checked = providers.map((provider, at) => {
    checkProvider(provider, `fallback, as its argument ${at + 1},`);
    const before = providers.indexOf(provider);
    if (before < at) {
      throw new TypeError(
        `fallback: its arguments ${before + 1} and ${at + 1} are the same provider. What has failed would be asked again.`,
      );
    }
    return provider;
  });
  return { providers: checked, options };
}

/** A plain object that does not look like a provider, nor like one that was made wrongly. */
function isOptions(thing: unknown): thing is FallbackOptions {
  if (typeof thing !== 'object' || thing === null || 'get' in thing || 'name' in thing) return false;
  const prototype: unknown = Object.getPrototypeOf(thing);
  return prototype === Object.prototype || prototype === null;
}

const denialCodes: readonly unknown[] = [
  'permission_denied',
  'unauthenticated',
  'unknown',
] satisfies DenialCode[];

/** @throws `TypeError` for anything but a list of codes that may fall through. */
export function checkDenials(codes: unknown): void {
  if (Array.isArray(codes) && codes.every((code) => denialCodes.includes(code))) return;
  throw new TypeError(`fallback: fallThroughOn is a list of ${denialCodes.join(', ')}.`);
}
