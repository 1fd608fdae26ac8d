/**
 * What a URL such as `env:?prefix=APP_` says: its parameters. For openers of your own.
 *
 * @param known - The parameters that there are.
 * @throws `TypeError` for a parameter that is not known, empty or there twice, and for a URL that says more than that: a
 * host, a path, a fragment.
 * @example
 * ```ts
 * import { type Opener, urlParameters } from '@secretkit/config';
 * import { envSecrets } from '@secretkit/env';
 *
 * const opener: Opener = (url) => envSecrets({ prefix: urlParameters(url, ['prefix']).prefix ?? 'APP_' });
 * ```
 */
export function urlParameters<const K extends string>(
  url: URL,
  known: readonly K[],
): { readonly [P in K]?: string } {
  const { protocol, host, pathname, hash, searchParams } = url;
  const there = known.length > 0 ? `There is ${known.join(', ')}.` : 'There is none.';
  if (host || pathname || hash) {
    throw new TypeError(`A URL of ${protocol} is ${protocol}?…: it has no host, no path and no fragment.`);
  }
  const parameters = new Map<string, string>();
  for (const [name, value] of searchParams) {
    if (!known.some((each) => each === name)) {
      throw new TypeError(`A URL of ${protocol} has no parameter${quoted(name, value)}. ${there}`);
    }
    if (value === '') throw new TypeError(`A URL of ${protocol} has no value for ${name}.`);
    if (parameters.has(name)) throw new TypeError(`A URL of ${protocol} has two of ${name}.`);
    parameters.set(name, value);
  }
  return Object.fromEntries(parameters) as { [P in K]?: string }; // all of them are known
}

// What has no value may be a value in the wrong place.
function quoted(name: string, value: string): string {
  return value !== '' && /^[A-Za-z][\w.-]{0,29}$/.test(name) ? ` "${name}"` : ' of that name';
}
