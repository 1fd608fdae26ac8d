import { checkProvider, isPlainObject, type SecretProvider } from '@secretkit/core/provider';
import type { FallbackOptions } from './options.js';

/** The arguments of `fallback`. */
export interface Arguments {
  readonly providers: readonly SecretProvider[];
  readonly options: FallbackOptions;
}

/**
 * Separates the providers from the options, which may be the last argument.
 *
 * @throws `TypeError` without a provider, for an argument that is not a provider, and for the same provider twice.
 */
export function argumentsOf(args: readonly unknown[]): Arguments {
  const last = args.at(-1);
  const [providers, options] = isOptions(last) ? [args.slice(0, -1), last] : [args, {}];
  if (providers.length === 0) {
    throw new TypeError('fallback: arguments must have a provider, got none. Call fallback(first, second).');
  }
  const checked = providers.map((provider, at) => {
    checkProvider(provider, `fallback: argument ${at + 1}`);
    const before = providers.indexOf(provider);
    if (before < at) {
      throw new TypeError(
        `fallback: arguments ${before + 1} and ${at + 1} must be different providers, got the same one. ` +
          'It would be called again after its failure.',
      );
    }
    return provider;
  });
  return { providers: checked, options };
}

/** A plain object that does not look like a provider, nor like a malformed one. */
function isOptions(thing: unknown): thing is FallbackOptions {
  return isPlainObject(thing) && !('get' in thing) && !('name' in thing);
}
