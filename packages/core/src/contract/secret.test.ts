import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { inspect } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { hasExpired, isSecret, markStale, type Secret, seal } from './secret.js';
import { isSecretError } from './secret-error.js';

const canary = 'CANARY-not-a-real-secret';

/** The ways in which a value is shown by accident. */
const renderings: Record<string, (secret: Secret) => unknown> = {
  'String()': (secret) => String(secret),
  // biome-ignore lint: the point of the test
  'a template': (secret) => `${secret as never}`,
  concatenation: (secret) => '' + (secret as never),
  'JSON.stringify': (secret) => JSON.stringify({ secret, list: [secret] }),
  inspect: (secret) => inspect({ secret }),
  'inspect with every option': (secret) =>
    inspect(secret, { depth: null, showHidden: true, customInspect: false, getters: true, showProxy: true }),
  'inspect of a container': (secret) =>
    inspect(new Map([[secret, new Set([secret])]]), { depth: null, showHidden: true }),
  spread: (secret) => JSON.stringify({ ...secret }),
  'Object.entries': (secret) => JSON.stringify(Object.entries(secret)),
  'all own keys': (secret) => JSON.stringify(Reflect.ownKeys(secret).map(String)),
  'for in': (secret) => {
    const seen: string[] = [];
    for (const key in secret) seen.push(key, String((secret as never)[key]));
    return seen.join();
  },
  structuredClone: (secret) => inspect(structuredClone(secret), { showHidden: true, customInspect: false }),
  'v8.serialize': (secret) => serialize(secret).toString('latin1') + inspect(deserialize(serialize(secret))),
  postMessage: (secret) => {
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(secret);
    const received: unknown = receiveMessageOnPort(port2);
    port1.close();
    return inspect(received, { depth: null, showHidden: true, customInspect: false });
  },
  'a failing assertion': (secret) => {
    try {
      expect({ secret }).toEqual({ secret: 'something else' });
    } catch (error) {
      const { message, actual, expected, stack } = error as Record<string, unknown>;
      return inspect([message, actual, expected, stack], { depth: null, showHidden: true });
    }
    throw new Error('the assertion holds');
  },
  'console.dir, console.table': (secret) => {
    const written: string[] = [];
    const stdout = new Writable({
      write: (chunk, _encoding, done) => done(void written.push(String(chunk))),
    });
    const terminal = new Console({ stdout });
    terminal.log('%s %o %O', secret, secret, secret);
    terminal.dir(secret, { depth: null, showHidden: true });
    terminal.table([secret]);
    return written.join('');
  },
};

describe('a sealed value', () => {
  it.each(Object.entries(renderings))('is not shown by %s', (_, render) => {
    const secret = seal(canary, { expiresAt: new Date(1e12), createdAt: new Date(1), version: 'v1' });
    for (const each of [
      secret,
      secret.map((value) => ({ value })) as never,
      markStale(secret, new Date(2)),
    ]) {
      expect(String(render(each))).not.toContain(canary);
    }
  });

  it('is not shown by any of them, for any value', () => {
    const value = fc.string({ minLength: 12, maxLength: 60 }).filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(value, (text) => {
        const secret = seal(text);
        for (const render of Object.values(renderings))
          expect(String(render(secret)).includes(text)).toBe(false);
      }),
      { numRuns: 50, seed: 7 },
    );
  });

  it('is returned unchanged by reveal, and by nothing else', () => {
    expect(seal(canary).reveal()).toBe(canary);
    expect(String(seal(canary))).toBe('[secret]');
  });

  it('has immutable metadata', () => {
    const given = new Date(1e12);
    const secret = seal('value', { expiresAt: given, createdAt: new Date(1), version: 'v1' });
    given.setTime(0);
    secret.expiresAt?.setTime(0);
    expect([secret.expiresAt, secret.createdAt, secret.version]).toEqual([new Date(1e12), new Date(1), 'v1']);
    expect(secret.staleSince).toBeUndefined();
    expect(Object.isFrozen(secret)).toBe(true);
  });

  it('keeps its value and metadata when it is marked as stale', () => {
    const stale = markStale(seal('value', { expiresAt: new Date(1e12), version: 'v1' }), new Date(5));
    expect([stale.reveal(), stale.staleSince, stale.expiresAt, stale.version]).toEqual([
      'value',
      new Date(5),
      new Date(1e12),
      'v1',
    ]);
  });

  it.each([
    ['an empty string', ''],
    ['undefined', undefined],
    ['null', null],
    ['a number', 5],
    ['an object', { value: canary }],
    ['a lone surrogate', `${canary}\ud800`],
  ])('cannot be %s', (_, value) => {
    const error = thrownBy(() => seal(value as never));
    expect(isSecretError(error, 'invalid_argument')).toBe(true);
    expect(inspect(error, { depth: null })).not.toContain(canary);
  });

  it.each([
    { expiresAt: new Date('never') },
    { createdAt: 5 },
    { expiresAt: '2030-01-01' },
    { expiresAt: { getTime: (): number => 1e300 } },
    { expiresAt: { getTime: (): string => '5' } },
  ])('must have valid dates: %j', (meta) => {
    expect(
      isSecretError(
        thrownBy(() => seal('value', meta as never)),
        'invalid_argument',
      ),
    ).toBe(true);
  });

  it('may have the last of all dates', () => {
    expect(seal('value', { expiresAt: new Date(8.64e15) }).expiresAt).toEqual(new Date(8.64e15));
  });

  it.each([
    ['version', 'value', { version: 5 }],
    ['expiresAt', 'value', { expiresAt: new Date('never') }],
    ['refreshAt', 'value', { refreshAt: 'tomorrow' }],
    ['createdAt', 'value', { createdAt: 5 }],
    ['value', 5, {}],
  ])('names the part that is wrong, and its kind: %s', (part, value, meta) => {
    const { message } = thrownBy(() => seal(value as never, meta as never)) as Error;
    expect(message).toMatch(new RegExp(`${part} must be .*, got \\w`));
  });

  it.each([[''], ['\ud800']])('names the value among what is wrong: %j', (value) => {
    expect(() => seal(value)).toThrow(/value must not/);
  });

  it('has no other metadata', () => {
    const error = thrownBy(() => seal('value', { expires: new Date(1) } as never));
    expect(isSecretError(error, 'invalid_argument')).toBe(true);
    expect((error as Error).message).toMatch(/seal: .*field.*expires/);
  });

  it.each([{ expiresAt: new Date(1e12) }, { createdAt: new Date(5) }, { version: 'v1' }])(
    'has only the metadata that it was given: %j',
    (meta) => {
      const { expiresAt, createdAt, version } = seal('value', meta);
      const nothing = { expiresAt: undefined, createdAt: undefined, version: undefined };
      expect({ expiresAt, createdAt, version }).toEqual({ ...nothing, ...meta });
    },
  );
});

describe('a printed secret', () => {
  it('is [secret] everywhere', () => {
    const secret = seal('v');
    expect([String(secret), `${secret}`, JSON.stringify({ secret }), inspect(secret)]).toEqual([
      '[secret]',
      '[secret]',
      '{"secret":"[secret]"}',
      '[secret]',
    ]);
    expect(Object.prototype.toString.call(secret)).toBe('[object Secret]');
    expect(secret.constructor.name).toBe('Secret');
  });
});

describe('map', () => {
  it('seals the parsed value, with the same expiry', () => {
    const secret = seal('{"user":"app"}', { expiresAt: new Date(1e12) }).map(
      (text) => JSON.parse(text) as { user: string },
    );
    expect([secret.reveal().user, secret.expiresAt]).toEqual(['app', new Date(1e12)]);
  });

  it("drops the parser's error, which may quote its input", () => {
    const error = thrownBy(() => seal(canary).map((text) => JSON.parse(text) as unknown));
    expect(isSecretError(error, 'invalid_data')).toBe(true);
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('CANARY');
    expect((error as Error).cause).toBeUndefined();
    expect((error as Error).message).toMatch(/parse failed/);
  });

  it.each([undefined, 'parse', {}])('needs a function: %j', (parse) => {
    const error = thrownBy(() => seal(canary).map(parse as never));
    expect(isSecretError(error, 'invalid_argument')).toBe(true);
    expect((error as Error).message).toMatch(/map: parse must be a function/);
  });
});

describe('hasExpired', () => {
  const secret = seal('value', { expiresAt: new Date(1_000) });

  it.each([
    [999, false],
    [1_000, true],
    [1_001, true],
  ])('holds from the expiry on: at %d', (nowMs, expected) => {
    expect(hasExpired(secret, nowMs)).toBe(expected);
    expect(hasExpired(seal('value'), nowMs)).toBe(false);
  });

  it.each([
    [999, true],
    [1_000, false],
    [1_001, false],
  ])('counts no expiry that was reached when the value arrived: at %d', (sinceMs, expected) => {
    expect(hasExpired(secret, 2_000, sinceMs)).toBe(expected);
    expect(hasExpired(seal('value'), 2_000, sinceMs)).toBe(false);
  });
});

describe('an async parser', () => {
  it('is refused, and its rejection is handled', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const mapping = (): unknown => seal(canary).map(async (text) => JSON.parse(text) as unknown);
    expect(isSecretError(thrownBy(mapping), 'invalid_argument')).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe('isSecret', () => {
  it('holds for a value that another copy of the package sealed', async () => {
    vi.resetModules();
    const copy = await import('./secret.js');
    expect(copy.seal).not.toBe(seal);
    expect(isSecret(copy.seal('value'))).toBe(true);
    expect(copy.isSecret(seal('value'))).toBe(true);
  });

  it.each([undefined, null, 'value', {}, { reveal: () => 'value' }, new Date(), [seal('value')]])(
    'does not hold for anything else: %s',
    (thing) => {
      expect(isSecret(thing)).toBe(false);
    },
  );
});

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
