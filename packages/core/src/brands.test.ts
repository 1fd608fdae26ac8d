import { describe, expect, it } from 'vitest';
import { seal } from './contract/secret.js';
import { SecretError } from './contract/secret-error.js';
import { around } from './kernel/around.js';

const layer = around({ name: 'layer', policy: (run, ctx) => run(ctx) });

describe('a brand', () => {
  it.each<[string, object]>([
    ['Secret', Object.getPrototypeOf(seal('v')) as object],
    ['Secret.meta', Object.getPrototypeOf(seal('v')) as object],
    ['SecretError', SecretError.prototype],
    ['wrapped', layer({ name: 'store', get: async () => undefined })],
  ])('is one symbol for all copies of the package: %s', (name, branded) => {
    const brands = Object.getOwnPropertySymbols(branded).map((symbol) => Symbol.keyFor(symbol));
    expect(brands).toContain(`secretkit.${name}`);
  });
});
