import { describe, expect, it, vi } from 'vitest';
import type { SecretProvider } from '../contract/provider.js';
import { around } from './around.js';
import { defineMiddleware } from './define-middleware.js';
import { guard } from './guard.js';

class Leasing implements SecretProvider {
  readonly name = 'leasing';
  readonly #held: string[] = [];
  readonly released = vi.fn();

  get held(): readonly string[] {
    return this.#held;
  }

  async get(): Promise<undefined> {}

  hold({ name }: { name: string }, version: string): Disposable {
    this.#held.push(`${name}@${version}`);
    return { [Symbol.dispose]: this.released };
  }
}

const layers = {
  guard,
  around: around({ name: 'passing', policy: (run, ctx) => run(ctx) }),
  defineMiddleware: defineMiddleware({
    name: 'reading',
    build: (next) => ({ get: (ref, ctx) => next.get(ref, ctx) }),
  }),
};

describe.each(Object.entries(layers))('hold through %s', (_, layer) => {
  it('reaches the provider, and is released once', () => {
    const provider = new Leasing();
    const stack = layer(provider);
    const [one, two] = [stack.hold?.({ name: 'db' }, '1'), stack.hold?.({ name: 'db' }, '1')];
    expect(provider.held).toEqual(['db@1', 'db@1']);
    one?.[Symbol.dispose]();
    one?.[Symbol.dispose]();
    expect(provider.released).toHaveBeenCalledTimes(1);
    two?.[Symbol.dispose]();
    expect(provider.released).toHaveBeenCalledTimes(2);
  });

  it('is absent if the provider has none', () => {
    expect('hold' in layer({ name: 'plain', get: async () => undefined })).toBe(false);
  });

  it('may be released after the stack is closed, and a failure of the release is ignored', async () => {
    const provider = new Leasing();
    const stack = layer(provider);
    const held = stack.hold?.({ name: 'db' }, '1');
    await stack[Symbol.asyncDispose]?.();
    provider.released.mockImplementation(() => {
      throw new Error('CANARY');
    });
    expect(() => held?.[Symbol.dispose]()).not.toThrow();
    expect(provider.released).toHaveBeenCalledTimes(1);
  });

  it('that throws is a SecretError without the message', () => {
    const hold = (): never => {
      throw new Error('CANARY');
    };
    const stack = layer({ name: 'broken', get: async () => undefined, hold });
    const holding = () => stack.hold?.({ name: 'db' }, '1');
    expect(holding).toThrow(expect.objectContaining({ code: 'unknown' }) as Error);
    expect(holding).not.toThrow(/CANARY/);
  });

  it('that returns nothing can be released', () => {
    const hold = (): never => undefined as never;
    const stack = layer({ name: 'broken', get: async () => undefined, hold });
    expect(() => stack.hold?.({ name: 'db' }, '1')[Symbol.dispose]()).not.toThrow();
  });
});
