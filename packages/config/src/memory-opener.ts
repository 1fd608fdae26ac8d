import { checkOptions } from '@secretkit/core/provider';
import type { MemorySecrets, MemorySecretsOptions } from '@secretkit/memory';
import { installed } from './installed.js';
import { urlParameters } from './url-parameters.js';

export interface MemoryOpenerOptions {
  /** What is there from the beginning: values by name, or pairs of a ref and a value. @defaultValue nothing */
  readonly initial?: MemorySecretsOptions['initial'];
}

/**
 * Opens `memory:`: secrets in the memory of this process, such as made-up ones for development. It loads
 * `@secretkit/memory` when a URL is opened; each time it is, there is a new memory.
 *
 * @throws `TypeError` for wrong options.
 * @example
 * ```ts
 * import { openProvider } from '@secretkit/config';
 * import { memoryOpener } from '@secretkit/config/memory';
 *
 * const provider = await openProvider('memory:', { memory: memoryOpener({ initial: { token: 'example' } }) });
 * ```
 */
export function memoryOpener(options: MemoryOpenerOptions = {}): (url: URL) => Promise<MemorySecrets> {
  checkOptions('memoryOpener', options, ['initial']);
  const { initial } = options;
  return async (url) => {
    urlParameters(url, []);
    const { memorySecrets } = await installed(() => import('@secretkit/memory'), '@secretkit/memory');
    return memorySecrets(initial === undefined ? {} : { initial });
  };
}
