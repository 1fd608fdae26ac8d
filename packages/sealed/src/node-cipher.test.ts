import { afterEach, describe, expect, it, vi } from 'vitest';
import { nodeCipher } from './node-cipher.js';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the cipher of node:crypto', () => {
  it.each<[string, object | undefined]>([
    ['a platform without process', undefined],
    ['a process without getBuiltinModule', {}],
    ['a process without node:crypto', { getBuiltinModule: () => undefined }],
    ['a node:crypto that lacks functions', { getBuiltinModule: () => ({}) }],
    [
      'a node:crypto that throws',
      {
        getBuiltinModule: () => {
          throw new Error('not allowed');
        },
      },
    ],
  ])('is absent on %s', (_, process) => {
    vi.stubGlobal('process', process);
    expect(nodeCipher()).toBeUndefined();
  });

  it('is used by Node', () => {
    expect(nodeCipher()).toBeDefined();
  });
});
