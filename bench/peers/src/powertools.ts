import { BaseProvider } from '@aws-lambda-powertools/parameters/base';
import { type Load, type Subject, stringOf, ttlMs } from '../../src/subject.js';

class CustomProvider extends BaseProvider {
  readonly #load: Load;

  constructor(load: Load) {
    super({});
    this.#load = load;
  }

  protected override _get(name: string): Promise<string | undefined> {
    return this.#load(name);
  }

  protected override _getMultiple(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}

/** A custom provider, which is faster than SecretsProvider; without a transform. */
export const powertools: Subject = {
  name: 'Powertools parameters',
  setup: 'a BaseProvider, maxAge',
  open(load) {
    const provider = new CustomProvider(load);
    const options = { maxAge: ttlMs / 1_000 };
    return { read: (name) => provider.get(name, options), valueOf: stringOf };
  },
};
