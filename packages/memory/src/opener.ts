import { checkOptions, checkScheme, type Opener, urlParameters } from '@secretkit/core/provider';
import { type InitialSecrets, readInitial } from './initial-secrets.js';
import { type MemorySecrets, memorySecrets } from './memory-secrets.js';

export interface MemoryOpenerOptions {
  /** The first content: values by name, or pairs of a ref and a value. @defaultValue none */
  readonly initial?: InitialSecrets;
  /** The scheme of the URLs that it opens, in lower case and without a colon. @defaultValue `memory` */
  readonly scheme?: string;
}

/**
 * Returns an opener of `memory:`: secrets in the memory of this process. Each call of `open` returns a new memory with the
 * first content.
 *
 * @throws `TypeError` for wrong options. When it opens a URL: `TypeError` for a parameter, since it has none.
 * @example
 * ```ts
 * import { openProvider } from '@secretkit/config';
 * import { memoryOpener } from '@secretkit/memory/opener';
 *
 * const provider = await openProvider('memory:', [memoryOpener({ initial: { token: 'example' } })]);
 * ```
 */
export function memoryOpener(options: MemoryOpenerOptions = {}): Opener<MemorySecrets> {
  const own = checkOptions('memoryOpener', options, ['initial', 'scheme']);
  const { initial = {}, scheme = 'memory' } = own;
  checkScheme('memoryOpener', scheme);
  const content = readInitial('memoryOpener', initial); // now: a generator can be read once
  return Object.freeze<Opener<MemorySecrets>>({
    schemes: Object.freeze([scheme]),
    open(url) {
      urlParameters(url, []);
      return memorySecrets({ initial: content });
    },
  });
}
