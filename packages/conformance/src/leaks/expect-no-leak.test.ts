import { inspect } from 'node:util';
import { createSecrets } from '@secretkit/core';
import { SecretError, seal } from '@secretkit/core/provider';
import { fakeSecrets } from '@secretkit/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectNoLeak } from './expect-no-leak.js';
import { LeakFound } from './leak-found.js';

const canary = 'CANARY/not a "real" secret+🔑';

class Holder {
  #inside = canary;
  constructor(readonly shown: boolean) {}
  get value(): string | undefined {
    return this.shown ? this.#inside : undefined;
  }
}

class Inspectable {
  #inside = canary;
  [inspect.custom](): string {
    return `Inspectable { ${this.#inside} }`;
  }
}

class Json {
  #inside = canary;
  toJSON(): object {
    return { inside: this.#inside };
  }
}

class Text {
  #inside = canary;
  toString(): string {
    return this.#inside;
  }
}

const leaks: Readonly<Record<string, unknown>> = {
  'a string': `before ${canary} after`,
  'a field': { deep: { deeper: [canary] } },
  'a key': { [canary]: 1 },
  'a symbol as key': { [Symbol(canary)]: 1 },
  'a non-enumerable field': Object.defineProperty({}, 'hidden', { value: canary }),
  'a field by symbol': { [Symbol('hidden')]: canary },
  'a getter': new Holder(true),
  'a field of the prototype': Object.create({ inherited: canary }),
  'a message': new Error(`cannot parse ${canary}`),
  'a stack': Object.assign(new Error('x'), { stack: `Error: ${canary}` }),
  'a cause': new Error('x', { cause: new TypeError(canary) }),
  'an aggregate': new AggregateError([new Error(canary)]),
  'a map': new Map([['x', canary]]),
  'a key of a map': new Map([[canary, 'x']]),
  'a set': new Set([canary]),
  'a buffer': Buffer.from(canary),
  'an array buffer': new TextEncoder().encode(canary).buffer,
  'a data view': new DataView(new TextEncoder().encode(canary).buffer),
  'a buffer of UTF-16': Buffer.from(canary, 'utf16le'),
  'custom inspection': new Inspectable(),
  toJSON: new Json(),
  toString: new Text(),
  JSON: JSON.stringify({ payload: canary }),
  'a URL': `https://example.com/?payload=${encodeURIComponent(canary)}`,
  base64: Buffer.from(canary).toString('base64'),
  'base64 for URLs': Buffer.from(canary).toString('base64url'),
  hexadecimal: Buffer.from(canary).toString('hex'),
  'a cycle': cyclic(),
  'a proxy': new Proxy({ inside: canary }, {}),
  'a getter that throws': Object.defineProperty({}, 'x', {
    get() {
      throw new Error(canary);
    },
  }),
  'a field of a function': Object.assign(() => undefined, { last: canary }),
};

function cyclic(): object {
  const one: Record<string, unknown> = {};
  one['two'] = { one, canary };
  return one;
}

describe('a leaked value is found', () => {
  it.each(Object.entries(leaks))('in %s', (_, thing) => {
    let found: unknown;
    try {
      expectNoLeak(canary, thing);
    } catch (error) {
      found = error;
    }
    expect(found).toBeInstanceOf(LeakFound);
    expect(inspect(found)).not.toContain('CANARY');
  });
});

describe('a thing without a leak passes', () => {
  it.each(
    Object.entries({
      'a sealed value': seal(canary),
      'an object of sealed values': { deep: [seal(canary)], map: new Map([['x', seal(canary)]]) },
      'a parsed value': seal(canary).map((value) => ({ value })),
      'an error about it': new SecretError('unavailable', 'try again.', { ref: { name: 'token' } }),
      'private state': new Holder(false),
      'a client': createSecrets(fakeSecrets({ initial: { token: canary } }).provider),
      undefined: undefined,
      'a function': () => canary.length,
      'a revoked proxy': revoked(),
    }),
  )('%s', (_, thing) => {
    expectNoLeak(canary, thing);
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe('a canary', () => {
  it('is refused when it is so short that it can be found by accident', () => {
    expect(() => {
      expectNoLeak('short', {});
    }).toThrow(TypeError);
    expect(() => {
      expectNoLeak([], {});
    }).toThrow(TypeError);
  });

  it('can be one of several', () => {
    expect(() => {
      expectNoLeak(['CANARY-of-one', 'CANARY-of-two'], { field: 'CANARY-of-two' });
    }).toThrow(LeakFound);
  });
});

describe('a sealed value', () => {
  it('appears in no rendering, whatever the value is', () => {
    const long = fc.string({ minLength: 12, unit: 'binary' }).filter((value) => value.isWellFormed());
    fc.assert(
      fc.property(long, (value) => {
        const marked = `CANARY-${value}`;
        expectNoLeak(marked, seal(marked));
        expectNoLeak(marked, { secret: seal(marked, { expiresAt: new Date(0), version: '1' }) });
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});
