import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createSecrets } from '@secretkit/core';
import { seal } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { outputOf } from '../../test/output-of.js';
import { cache } from './index.js';

setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc') as () => void; // the flag defines it

/** A backend with a value for every name. It keeps no reference to the values. */
const endless = { name: 'endless', get: async ({ name }: { name: string }) => seal(`value of ${name}`) };

describe('memory', () => {
  it('releases the values that were evicted', async () => {
    const secrets = createSecrets(cache({ maxEntries: 2 })(endless));
    const values = new Map<string, WeakRef<object>>();
    for (const name of ['a', 'b', 'c', 'd']) {
      await secrets.require(name);
      values.set(name, new WeakRef(await secrets.require(name))); // the hit is the value in memory
    }
    await new Promise((resolve) => {
      setImmediate(resolve); // a WeakRef keeps its target until the turn ends
    });
    collect();
    const kept = [...values].filter(([, value]) => value.deref() !== undefined).map(([name]) => name);
    expect(kept).toEqual(['c', 'd']);
    expect(secrets.peek('d')).toBeDefined();
  });

  it('takes at most 300 bytes per entry beyond the values, with a hundred thousand of them', {
    timeout: 60_000,
  }, async () => {
    const { each, size } = JSON.parse(
      await outputOf(`
        import { seal } from '@secretkit/core/provider';
        import { cache } from '@secretkit/middleware/cache';
        const count = 100_000;
        const values = Array.from({ length: count }, (_, at) => seal('value of ' + at, { expiresAt: new Date(4e12) }));
        const refs = values.map((_, at) => Object.freeze({ name: 'name-' + at }));
        const byName = new Map(refs.map((ref, at) => [ref.name, values[at]]));
        const stack = cache({ maxEntries: count })({ name: 'many', get: async ({ name }) => byName.get(name) });
        await stack.get({ name: 'none' }, {}); // allocates what is shared
        gc();
        const before = process.memoryUsage().heapUsed;
        for (const ref of refs) await stack.get({ ...ref }, {});
        gc();
        const each = (process.memoryUsage().heapUsed - before) / count;
        console.log(JSON.stringify({ each, size: stack.layers[0].snapshot().size }));
      `),
    ) as { each: number; size: number };
    expect(size).toBe(100_000);
    expect(each).toBeLessThan(300);
  });
});

describe('a process with a warm cache', () => {
  it('exits by itself (D15)', { timeout: 60_000 }, async () => {
    const script = `
      import { compose, createSecrets } from '@secretkit/core';
      import { memorySecrets } from '@secretkit/memory';
      import { cache } from '@secretkit/middleware/cache';
      import { retry } from '@secretkit/middleware/retry';
      import { timeout } from '@secretkit/middleware/timeout';
      const stack = compose(cache({ ttlMs: 600_000 }), retry(), timeout())(memorySecrets({ initial: { a: 'value' } }));
      const secrets = createSecrets(stack);
      await secrets.get('a');
      secrets.onChange('a', () => {});
      secrets.watch(['a'], { everyMs: 600_000 });
      console.log('warm');
    `;
    expect(await outputOf(script)).toBe('warm\n');
  });
});
