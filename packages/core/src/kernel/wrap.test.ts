import { describe, expect, it, vi } from 'vitest';
import { type SecretMemory, type SecretProvider, settled } from '../contract/provider.js';
import { seal } from '../contract/secret.js';
import { around } from './around.js';
import { compose } from './compose.js';
import { defineMiddleware } from './define-middleware.js';

const ref = { name: 'a' };
const secret = seal('value');
const parts = ['cached', 'invalidate', 'subscribe', 'explain'] as const;

/** The parts of a memory, recorded. */
function recorded() {
  const stop = vi.fn();
  const memory = {
    cached: vi.fn(() => (touch: boolean) => ({ secret, ...(touch && { settled: settled(secret) }) })),
    invalidate: vi.fn(),
    subscribe: vi.fn(() => stop),
    explain: vi.fn(() => ({ state: 'absent' as const, similar: 'A' })),
  };
  return { memory, stop };
}

const withMemory = (memory: SecretMemory): SecretProvider => ({
  name: 'holding',
  get: async () => secret,
  memory,
});

/** A layer that overrides `get`, as a timeout does. */
const layer = around({ name: 'layer', policy: (run, ctx) => run(ctx) });
const stack = compose(layer, layer);

describe('a middleware around a provider with memory', () => {
  it('passes invalidate on', () => {
    const { memory } = recorded();
    const wrapped = stack(withMemory(memory));
    wrapped.memory?.invalidate?.(ref);
    wrapped.memory?.invalidate?.();
    expect(memory.invalidate.mock.calls).toEqual([[ref], [undefined]]);
  });

  it('passes subscribe on, and the function that ends the subscription', () => {
    const { memory, stop } = recorded();
    const listener = vi.fn();
    const end = stack(withMemory(memory)).memory?.subscribe?.(listener);
    const change = { ref: { name: 'a' }, secret: seal('value') };
    (memory.subscribe.mock.calls as unknown as [(reported: unknown) => void][])[0]?.[0](change);
    expect(listener).toHaveBeenCalledExactlyOnceWith(change);
    expect((listener.mock.calls[0]?.[0] as typeof change).secret).toBe(change.secret);
    end?.();
    expect(stop).toHaveBeenCalledTimes(1);
  });

  it('passes looks on, and hides reads if it overrides get', () => {
    const read = stack(withMemory(recorded().memory)).memory?.cached?.(ref);
    expect(read?.(false)?.secret).toBe(secret);
    expect(read?.(true)).toBeUndefined();
  });

  it('passes reads on if it does not override get', () => {
    const through = defineMiddleware({ name: 'through', build: () => ({}) });
    const read = through(withMemory(recorded().memory)).memory?.cached?.(ref);
    expect(read?.(true)?.secret).toBe(secret);
  });

  it.each(parts)('passes %s on alone', (part) => {
    const { memory } = recorded();
    const wrapped = stack(withMemory({ [part]: memory[part] }));
    expect(Object.keys(wrapped.memory ?? {})).toEqual([part]);
  });

  it.each(parts)('may replace %s alone', (part) => {
    const { memory } = recorded();
    const own = recorded().memory;
    const replacing = defineMiddleware({
      name: 'replacing',
      build: ({ get }) => ({ get, memory: { [part]: own[part] } }),
    });
    const wrapped = replacing(withMemory(memory)).memory;
    wrapped?.cached?.(ref);
    wrapped?.invalidate?.(ref);
    wrapped?.subscribe?.(() => undefined);
    wrapped?.explain?.(ref);
    for (const each of parts) {
      expect([each, own[each].mock.calls.length]).toEqual([each, each === part ? 1 : 0]);
      expect([each, memory[each].mock.calls.length]).toEqual([each, each === part ? 0 : 1]);
    }
  });

  it('serves reads from a memory of its own', () => {
    const own = recorded().memory;
    const caching = defineMiddleware({
      name: 'caching',
      build: ({ get }) => ({ get, memory: { cached: own.cached } }),
    });
    expect(caching(withMemory(recorded().memory)).memory?.cached?.(ref)(true)?.secret).toBe(secret);
    expect(own.cached).toHaveBeenCalledTimes(1);
  });

  it('has no memory if the provider has none', () => {
    expect('memory' in stack({ name: 'plain', get: async () => undefined })).toBe(false);
    expect('memory' in stack(withMemory({}))).toBe(false);
  });
});
