import { inspect } from 'node:util';
import { expectNoLeak, expectNoLeakDuring } from '@secretkit/conformance';
import { compose, createSecrets } from '@secretkit/core';
import { isSecretError, type Secret, SecretError, type SecretProvider, seal } from '@secretkit/core/provider';
import { envSecrets } from '@secretkit/env';
import { memorySecrets } from '@secretkit/memory';
import { cache } from '@secretkit/middleware/cache';
import { fakeClock, fakeSecrets } from '@secretkit/testing';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type } from 'arktype';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as z3 from 'zod/v3';
import type { LiveEvent } from './live-event.js';
import { loadSecrets } from './load-secrets.js';
import { problemsOf } from './problems.js';
import { resolveReferences, revealReferences } from './resolve-references.js';
import { type OptionalSpec, optional } from './secret-spec.js';

const initial = { url: 'https://db.example', port: '5432', 'stripe-key': 'sk_test_example', mode: 'on' };

function setUp(values: Record<string, string> = initial) {
  const fake = fakeSecrets({ initial: values });
  return { fake, secrets: createSecrets(fake.provider) };
}

/** The revealed values: two sealed values are always equal. */
function revealed(loaded: Readonly<Record<string, Secret<unknown> | undefined>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(loaded).map(([key, secret]) => [key, secret?.reveal()]));
}

async function failureOf(loading: Promise<unknown>): Promise<SecretError> {
  const thrown: unknown = await loading.then(
    () => 'nothing',
    (error: unknown) => error,
  );
  if (isSecretError(thrown)) return thrown;
  throw new Error(`it threw ${inspect(thrown)}`);
}

const schemas = {
  zod: {
    url: z.url(),
    port: z.coerce.number().int(),
    mode: z.enum(['on', 'off']),
    never: z.string().startsWith('nothing'),
  },
  valibot: {
    url: v.pipe(v.string(), v.url()),
    port: v.pipe(v.string(), v.transform(Number), v.integer()),
    mode: v.picklist(['on', 'off']),
    never: v.pipe(v.string(), v.startsWith('nothing')),
  },
  arktype: {
    url: type('string.url'),
    port: type('string.integer.parse'),
    mode: type("'on' | 'off'"),
    never: type('/^nothing/'),
  },
};

describe.each(Object.entries(schemas))('with %s', (vendor, { url, port, mode, never }) => {
  it('returns the outputs of the schemas, sealed, from one batch', async () => {
    const { secrets, fake } = setUp();
    const loaded = await loadSecrets(secrets, {
      url, // the key is the name
      PORT: { ref: 'port', schema: port },
      MODE: optional({ ref: 'mode', schema: mode }),
      NONE: optional({ ref: 'none', schema: mode }),
    });
    expect(revealed(loaded)).toEqual({ url: 'https://db.example', PORT: 5432, MODE: 'on', NONE: undefined });
    expect([fake.calls(), fake.calls('getMany')]).toEqual([1, 1]);
    expect(inspect(loaded)).toBe('{ url: [secret], PORT: [secret], MODE: [secret], NONE: undefined }');
  });

  it('reports the secret that its schema refuses', async () => {
    const { secrets } = setUp();
    const error = await failureOf(loadSecrets(secrets, { KEY: { ref: 'stripe-key', schema: never } }));
    const [summary, ...lines] = error.message.split('\n');
    expect(summary).toMatch(/^invalid_data: "stripe-key": 1 of 1 secrets/);
    expect(lines).toEqual([
      expect.stringMatching(
        new RegExp(`^ {2}KEY, "stripe-key": invalid_data: the ${vendor} schema .*1 issue`),
      ),
    ]);
    expect(error.message).not.toContain('sk_test');
  });
});

describe('a spec', () => {
  it('is a name, a ref, a schema, an object with details, or an optional spec', async () => {
    const secrets = createSecrets(
      memorySecrets({
        initial: [...Object.entries(initial), [{ name: 'own', scope: { user: 'usr_1' } }, 'hers']],
      }),
    );
    const own = { name: 'own', scope: { user: 'usr_1' } };
    const loaded = await loadSecrets(secrets, {
      name: 'url',
      own,
      port: {},
      url: z.url(),
      detailed: { ref: own, schema: z.string().transform((text) => text.length) },
      may: optional('mode'),
      maySchema: optional(z.string()),
      mayOwn: optional(own),
    });
    expect(revealed(loaded)).toEqual({
      name: 'https://db.example',
      own: 'hers',
      port: '5432',
      url: 'https://db.example',
      detailed: 4,
      may: 'on',
      maySchema: undefined,
      mayOwn: 'hers',
    });
  });

  it('may have the name of an inherited property as its key', async () => {
    const specs = JSON.parse('{"__proto__":"url","constructor":"port"}') as Record<string, string>;
    const loaded = await loadSecrets(setUp().secrets, specs);
    expect(revealed(loaded)).toEqual(JSON.parse('{"__proto__":"https://db.example","constructor":"5432"}'));
    expect(Object.getPrototypeOf(loaded)).toBe(Object.prototype);
  });

  it('may be absent: then there is no call, and the result is frozen', async () => {
    const { secrets, fake } = setUp();
    const loaded = await loadSecrets(secrets, {});
    expect([loaded, fake.calls(), Object.isFrozen(loaded)]).toEqual([{}, 0, true]);
  });

  it('is read in the scope of the client', async () => {
    const scope = { account: 'acct_1' };
    const secrets = createSecrets(memorySecrets({ initial: [[{ name: 'token', scope }, 'theirs']] }));
    expect(revealed(await loadSecrets(secrets.scoped(scope), { token: 'token' }))).toEqual({
      token: 'theirs',
    });
  });

  it('is read alone if the backend has no batch call', async () => {
    const { fake } = setUp();
    const { name, get } = fake.provider;
    const loaded = await loadSecrets(createSecrets<SecretProvider>({ name, get }), { a: 'url', b: 'port' });
    expect(revealed(loaded)).toEqual({ a: 'https://db.example', b: '5432' });
    expect(fake.calls('get')).toBe(2);
  });
});

describe('a parsed value keeps the metadata of the value', () => {
  it('its expiry, its creation date and its version', async () => {
    const meta = { expiresAt: new Date(9e12), createdAt: new Date(1e12), version: 'v7' };
    const secrets = createSecrets({ name: 'own', get: async () => seal('5', meta) });
    const { size } = await loadSecrets(secrets, { size: z.coerce.number() });
    const { expiresAt, createdAt, version } = size;
    expect({ expiresAt, createdAt, version }).toEqual(meta);
  });

  it('and its staleness', async () => {
    const { fake } = setUp();
    const clock = fakeClock();
    const stack = cache({ ttlMs: 1_000, jitter: 0, staleIfErrorMs: 60_000, now: clock.now })(fake.provider);
    const secrets = createSecrets(stack);
    await secrets.get('port');
    fake.fail('unavailable');
    clock.advance(2_000);
    const { port } = await loadSecrets(secrets, { port: z.coerce.number() });
    expect([port.reveal(), port.staleSince]).toEqual([5432, new Date(clock.now() - 1_000)]);
  });
});

describe('a default', () => {
  it('replaces a missing secret, unchanged and sealed', async () => {
    const loaded = await loadSecrets(setUp({}).secrets, {
      size: { schema: z.coerce.number().max(5), default: 10 },
      region: { ref: 'aws-region', default: 'eu' },
      flag: { schema: z.stringbool(), default: false },
      none: { schema: z.string().transform(() => null), default: null },
    });
    expect(revealed(loaded)).toEqual({ size: 10, region: 'eu', flag: false, none: null });
    expect(loaded.size.expiresAt).toBeUndefined();
    expectNoLeak(
      'region-of-the-example',
      await loadSecrets(setUp({}).secrets, { r: { default: 'region-of-the-example' } }),
    );
  });

  it('replaces nothing else: neither a refused value nor a failed read', async () => {
    const { secrets, fake } = setUp({ size: 'many' });
    const specs = { size: { schema: z.coerce.number(), default: 10 }, may: optional('may') } as const;
    expect(await failureOf(loadSecrets(secrets, specs))).toMatchObject({ code: 'invalid_data' });
    for (const code of ['unavailable', 'permission_denied', 'unknown'] as const) {
      fake.fail(code);
      const error = await failureOf(loadSecrets(secrets, specs));
      expect(problemsOf(error).map(({ at, error: each }) => [at, each.code])).toEqual([
        ['size', code],
        ['may', code],
      ]);
    }
  });

  it('comes from the spec: the schema never sees a missing secret, which some would turn into a string', async () => {
    const asked: unknown[] = [];
    const { secrets } = setUp({});
    const word = z.preprocess((value) => {
      asked.push(value);
      return String(value);
    }, z.string());
    expect(await failureOf(loadSecrets(secrets, { word }))).toMatchObject({ code: 'not_found' });
    expect(revealed(await loadSecrets(secrets, { word: optional(word) }))).toEqual({ word: undefined });
    expect(asked).toEqual([]);
  });
});

describe('one error reports all problems', () => {
  it('each with its key, its ref, its code and its remedy', async () => {
    const { secrets, fake } = setUp();
    fake.fail(new SecretError('permission_denied', 'HTTP 403. Grant it.', { provider: 'fake' }), 'mode');
    const error = await failureOf(
      loadSecrets(secrets, {
        OWN: { name: 'own', scope: { account: 'acct_1', user: 'usr_1' } },
        PORT: { ref: 'port', schema: z.coerce.number().max(10) },
        fine: 'url',
        MODE: optional('mode'),
      }),
    );
    expect(error.message.split('\n')).toEqual([
      expect.stringMatching(/^not_found: 3 of 4 secrets/),
      expect.stringMatching(/^ {2}OWN, "own" \(account acct_1, user usr_1\): not_found: /),
      expect.stringMatching(/^ {2}PORT, "port": invalid_data: the zod schema .*1 issue/),
      '  MODE, "mode": permission_denied: HTTP 403. Grant it.',
    ]);
    expect(problemsOf(error).map(({ at, error: { code, ref } }) => [at, code, ref?.name])).toEqual([
      ['OWN', 'not_found', 'own'],
      ['PORT', 'invalid_data', 'port'],
      ['MODE', 'permission_denied', 'mode'],
    ]);
    expect([error.ref, Object.isFrozen(problemsOf(error))]).toEqual([undefined, true]);
  });

  it('with the remedy that require has: the name under which to create it', async () => {
    const secrets = createSecrets(envSecrets({ env: {}, prefix: 'APP_' }));
    const expected = await failureOf(secrets.require('database-url'));
    expect(expected.problem).toContain('Create it as "APP_DATABASE_URL"');
    const specs = { DB: 'database-url' };
    for (const failing of [
      loadSecrets(secrets, specs),
      loadSecrets(secrets, specs, { live: true }),
      resolveReferences({ DB: 'secret://database-url' }, secrets),
      revealReferences({ DB: 'secret://database-url' }, secrets),
    ]) {
      const [problem] = problemsOf(await failureOf(failing));
      expect([problem?.at, problem?.error.problem]).toEqual(['DB', expected.problem]);
    }
  });

  it('with a remedy also for a client that is not of core', async () => {
    const { get, getManySettled, scoped } = createSecrets(memorySecrets());
    const fake = { get, getManySettled, scoped } as never;
    expect((await failureOf(loadSecrets(fake, { DB: 'db' }))).message).toContain('Create it, or check');
  });

  it('with the code of the first problem that is not retryable', async () => {
    const { secrets, fake } = setUp({});
    const specs = { a: 'a', b: 'b' };
    fake.fail(new SecretError('rate_limited', 'Slow down.', { retryAfterMs: 5_000 }), 'a');
    expect(await failureOf(loadSecrets(secrets, specs))).toMatchObject({
      code: 'not_found',
      retryable: false,
      retryAfterMs: 5_000,
    });
    fake.fail(new SecretError('rate_limited', 'Slow down.', { retryAfterMs: 5_000 }));
    expect(await failureOf(loadSecrets(secrets, specs))).toMatchObject({
      code: 'rate_limited',
      retryable: true,
    });
    fake.fail(new SecretError('unavailable', 'For good.', { retryable: false }));
    expect(await failureOf(loadSecrets(secrets, specs))).toMatchObject({
      code: 'unavailable',
      retryable: false,
    });
  });

  it('and another error has none', () => {
    for (const other of [
      new SecretError('unavailable', 'Down.'),
      new Error('no'),
      undefined,
      { problems: [1] },
    ]) {
      expect(problemsOf(other)).toEqual([]);
    }
  });
});

const canary = 'CANARY-not-a-real-secret';
const json = JSON.stringify({ [canary]: 'text', deep: { [`${canary}-2`]: canary } });

const leaky: [string, string, StandardSchemaV1][] = [
  [
    'zod: a literal',
    canary,
    z.string().refine(() => false, { error: ({ input }) => `bad ${String(input)}` }),
  ],
  ['zod: a record of numbers', json, z.string().transform(parsed).pipe(z.record(z.string(), z.number()))],
  [
    'zod: a strict object',
    json,
    z
      .string()
      .transform(parsed)
      .pipe(z.strictObject({ deep: z.number() })),
  ],
  ['zod: a transform that throws', canary, z.string().transform((text) => new URL(text))],
  ['zod: invalid JSON', canary, z.string().transform(parsed)],
  ['valibot: a picklist', canary, v.picklist(['on', 'off'])],
  ['valibot: a url', canary, v.pipe(v.string(), v.url())],
  ['valibot: a record of numbers', json, v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.number()))],
  ['valibot: invalid JSON', canary, v.pipe(v.string(), v.parseJson())],
  [
    'valibot: a transform that throws',
    canary,
    v.pipe(
      v.string(),
      v.transform((text) => new URL(text)),
    ),
  ],
  ['valibot: a transform that throws a part of it', canary, v.pipe(v.string(), v.transform(parsed))],
  ['arktype: a literal', canary, type("'on' | 'off'")],
  ['arktype: a strict object', json, type('string.json.parse').to({ '+': 'reject', deep: 'number' })],
  ['arktype: invalid JSON', canary, type('string.json.parse')],
  ['arktype: a morph that throws', canary, type('string').pipe((text) => new URL(text))],
];

function parsed(text: string): unknown {
  return JSON.parse(text) as unknown;
}

describe('a value that a schema refuses is never shown', () => {
  it.each(leaky)('%s', async (_, value, schema) => {
    const { secrets } = setUp({ KEY: value });
    const error = await expectNoLeakDuring(canary, () =>
      failureOf(loadSecrets(secrets, { KEY: schema } as Record<string, StandardSchemaV1>)),
    );
    expect(error.code).toBe('invalid_data');
    expectNoLeak(canary, [error, problemsOf(error)]);
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('CANARY'); // nor a part of it
  });

  it('although the validator quotes it', async () => {
    const silent: string[] = [];
    for (const [name, value, schema] of leaky) {
      const said = await Promise.resolve(value)
        .then((text) => schema['~standard'].validate(text))
        .catch((error: unknown) => error);
      if (!inspect(said, { depth: 9 }).includes('CANARY')) silent.push(name);
    }
    expect(silent).toEqual([]);
  });
});

const issues = (...list: unknown[]): StandardSchemaV1 =>
  ({ '~standard': { version: 1, vendor: 'own', validate: () => ({ issues: list }) } }) as StandardSchemaV1;

describe('the codes of the issues are shown, if they are known', () => {
  it.each<[string, StandardSchemaV1, string]>([
    ['zod', z.string().min(100), '1 issue: too_small. '],
    ['zod', z.coerce.number(), '1 issue: invalid_type. '],
    ['zod', z.url().min(100), '2 issues: invalid_format, too_small. '],
    ['zod', z.enum(['on', 'off']), '1 issue: invalid_value. '],
    ['zod 3', z3.string().min(100).email(), '2 issues: too_small, invalid_string. '],
    ['valibot', v.pipe(v.string(), v.minLength(100)), '1 issue: min_length. '],
    ['valibot', v.pipe(v.string(), v.emoji()), '1 issue: emoji. '],
    ['valibot', v.pipe(v.string(), v.minGraphemes(100)), '1 issue: min_graphemes. '],
    ['valibot', v.picklist(['on', 'off']), '1 issue: picklist. '],
    ['arktype', type("'on' | 'off'"), '1 issue'],
    ['arktype', type('/^nothing/'), '1 issue: pattern. '],
    ['arktype', type('string > 100'), '1 issue: minLength. '],
    ['arktype', type('string < 2'), '1 issue: maxLength. '],
    ['arktype', type('string == 2'), '1 issue: exactLength. '],
    ['arktype', type('string.email | string.url'), '1 issue: union. '],
    ['one of each', issues({ code: 'custom' }, { code: 'custom' }), '2 issues: custom. '],
    ['no known one', issues({ code: canary }, { code: 'canary_not_known' }), '2 issues. '],
    ['no string', issues({ code: { toString: () => canary } }, null, 'custom', { type: 5 }), '4 issues. '],
    [
      'a getter that throws',
      issues({
        get code() {
          throw new Error(canary);
        },
      }),
      'threw',
    ],
  ])('of %s', async (_, schema, text) => {
    const { secrets } = setUp({ KEY: canary });
    const error = await failureOf(loadSecrets(secrets, { KEY: schema } as Record<string, StandardSchemaV1>));
    expect(error.message).toContain(text);
    expectNoLeak(canary, error);
    expect(error.message).not.toContain('canary_');
  });
});

describe('an asynchronous step that rejects', () => {
  const reject = async (text: unknown): Promise<never> => {
    await Promise.resolve();
    throw new Error(`bad ${String(text)}`);
  };
  const schemas: [string, StandardSchemaV1][] = [
    ['a refinement of zod', z.string().refine(reject)],
    ['a transform of zod', z.string().transform(reject)],
    ['a check of zod', z.string().check(reject)],
    [
      'a step of a pipe of zod',
      z
        .string()
        .transform((text) => text.length)
        .pipe(z.number().refine(reject)),
    ],
    ['a refinement of zod 3', z3.string().refine(reject)],
    ['a transform of zod 3', z3.string().transform(reject)],
    [
      'a check of valibot',
      v.pipeAsync(
        v.string(),
        v.checkAsync((text: string) => reject(text)),
      ),
    ],
  ];
  const rejections: unknown[] = [];
  const record = (reason: unknown): unknown => rejections.push(reason);

  beforeEach(() => {
    rejections.length = 0;
    process.on('unhandledRejection', record);
  });
  afterEach(() => {
    process.off('unhandledRejection', record);
  });

  it.each(schemas)('in %s leaves no unhandled rejection, which prints the value', async (_, schema) => {
    const { secrets } = setUp({ KEY: canary });
    const specs = { KEY: schema } as Record<string, StandardSchemaV1>;
    const error = await expectNoLeakDuring(canary, () => failureOf(loadSecrets(secrets, specs)));
    await new Promise(setImmediate);
    expect([error.code, rejections]).toEqual(['invalid_data', []]);
    expectNoLeak(canary, error);
  });

  it.each(schemas)('in %s of a live view leaves none for a value that comes later', async (_, schema) => {
    const env: Record<string, string> = {};
    const secrets = createSecrets(envSecrets({ env }));
    const events: LiveEvent[] = [];
    const specs = { KEY: optional(schema) } as Record<string, OptionalSpec<StandardSchemaV1>>;
    const view = await loadSecrets(secrets, specs, { live: true, onEvent: (event) => events.push(event) });
    env['KEY'] = canary;
    expect(view['KEY']).toBeUndefined();
    await new Promise(setImmediate);
    expect([view['KEY'], events.map(({ type: kind }) => kind), rejections]).toEqual([
      undefined,
      ['refused'],
      [],
    ]);
  });

  const forSome = (text: string): true | Promise<never> => (text === canary ? reject(text) : true);
  it.each<[string, StandardSchemaV1]>([
    ['a refinement of zod', z.string().refine(forSome)],
    ['a transform of zod', z.string().transform(forSome)],
    ['a refinement of zod 3', z3.string().refine(forSome)],
    ['a transform of zod 3', z3.string().transform(forSome)],
  ])('in %s, for some values only, leaves none in a live view', async (_, schema) => {
    const env: Record<string, string> = { KEY: 'a value without the step' };
    const secrets = createSecrets(envSecrets({ env }));
    const events: LiveEvent[] = [];
    const specs = { KEY: schema } as Record<string, StandardSchemaV1>;
    const view = await loadSecrets(secrets, specs, { live: true, onEvent: (event) => events.push(event) });
    const loaded = view['KEY']?.reveal();
    env['KEY'] = canary;
    expect(view['KEY']?.reveal()).toBe(loaded);
    await new Promise(setImmediate);
    expect([view['KEY']?.reveal(), events.map(({ type: kind }) => kind), rejections]).toEqual([
      loaded,
      ['refused'],
      [],
    ]);
  });

  it('does not delay an abort', async () => {
    const caller = new AbortController();
    const never = z.string().refine(() => new Promise<boolean>(() => undefined));
    const loading = loadSecrets(setUp().secrets, { url: never }, { signal: caller.signal });
    await new Promise(setImmediate);
    caller.abort('enough');
    await expect(loading).rejects.toBe('enough');
  });
});

describe('a schema that cannot be used', () => {
  const standard = (validate: unknown): StandardSchemaV1 =>
    ({ '~standard': { version: 1, vendor: 'a vendor of "its" own', validate } }) as StandardSchemaV1;

  const thrower = (text: string): never => {
    throw new Error(`cannot use ${text}`);
  };

  it.each<[string, StandardSchemaV1, string]>([
    ['is async, of zod', z.string().refine(async () => true), 'the zod schema must be synchronous'],
    [
      'is async, of valibot',
      v.pipeAsync(
        v.string(),
        v.checkAsync(async () => true),
      ),
      'the valibot schema must be synchronous',
    ],
    [
      'is async, and rejects',
      standard(() => Promise.reject(new Error(canary))),
      'the schema must be synchronous',
    ],
    ['throws', standard(thrower), 'the schema threw'],
    ['returns nothing', standard(() => undefined), 'the schema must return'],
    ['returns a string', standard((text: string) => text), 'the schema must return'],
    ['returns issues that are not a list', standard(() => ({ issues: true })), 'the schema must return'],
    [
      'returns a result whose issues throw',
      standard((text: string) => ({
        get issues() {
          return thrower(text);
        },
      })),
      'the schema threw',
    ],
    [
      'returns a result whose value throws',
      standard((text: string) => ({
        get value() {
          return thrower(text);
        },
      })),
      'the schema threw',
    ],
    [
      'returns a result whose then throws',
      standard((text: string) => ({
        get then() {
          return thrower(text);
        },
      })),
      'the schema threw',
    ],
    [
      'has a vendor that is not a string',
      {
        '~standard': { version: 1, vendor: undefined, validate: () => ({ issues: [{}, {}] }) },
      } as unknown as StandardSchemaV1,
      'the schema refused the value with 2 issues',
    ],
    [
      'has a vendor that throws',
      {
        '~standard': {
          version: 1,
          get vendor() {
            return thrower(canary);
          },
          validate: () => ({ issues: [{}] }),
        },
      } as unknown as StandardSchemaV1,
      'the schema refused the value with 1 issue',
    ],
    [
      'refuses without an issue',
      standard(() => ({ issues: [] })),
      'the schema refused the value with 0 issues',
    ],
  ])('%s', async (_, schema, problem) => {
    const { secrets } = setUp({ KEY: canary });
    const error = await failureOf(loadSecrets(secrets, { KEY: schema } as Record<string, StandardSchemaV1>));
    expect(error.code).toBe('invalid_data');
    expect(error.message).toContain(problem);
    expectNoLeak(canary, error);
  });
});

describe('allow', () => {
  it.each([false, true] as const)('refuses specs before anything is read, with live: %s', async (live) => {
    const { secrets, fake } = setUp();
    const specs = { URL: 'url', OWN: { name: 'port', scope: { user: 'usr_1' } } };
    const options = { live, allow: ({ scope }: { readonly scope?: object }) => scope === undefined };
    const error = await failureOf(loadSecrets(secrets, specs, options as { live: false }));
    expect(problemsOf(error).map(({ at, error: { code } }) => [at, code])).toEqual([
      ['OWN', 'permission_denied'],
    ]);
    expect(fake.calls()).toBe(0);
    await expect(loadSecrets(secrets, specs, { allow: 'url' as never })).rejects.toThrow(
      /^loadSecrets: allow must .*string/,
    );
  });
});

describe('specs that are malformed', () => {
  it.each<[unknown, string]>([
    ['', 'name'],
    [5, 'spec .*number'],
    [null, 'spec .*null'],
    [['url'], 'spec .*array'],
    [z.string, 'spec .*function'],
    [new Map(), 'spec .*instance'],
    [Promise.resolve('url'), 'spec .*promise'],
    [{ schmea: z.url() }, '"schmea".*ref, schema, default'],
    [{ ref: '' }, 'name'],
    [{ ref: 5 }, 'ref .*number'],
    [{ schema: 'url' }, 'schema .*string'],
    [{ schema: { '~standard': {} } }, 'schema .*object'],
    [{ default: undefined }, 'default .*undefined'],
    [{ name: 'a', scope: { account: undefined } }, 'scope\\.account .*undefined'],
    [{ name: 'a', schema: z.url() }, '"schema".*name, scope'],
    [{ optional: 'a', default: 5 }, '"default".*optional'],
    [optional(optional('a') as never), 'optional'],
    [optional({ default: 'a' }), 'optional'],
    [{ default: seal('a') }, 'default .*Secret'],
  ])('are reported before anything is read: %o', async (spec, problem) => {
    const { secrets, fake } = setUp();
    const error = await failureOf(loadSecrets(secrets, { url: 'url', KEY: spec } as Record<string, string>));
    expect(error).toMatchObject({ code: 'invalid_argument' });
    expect(error.message).toMatch(new RegExp(`\n  KEY: invalid_argument: .*${problem}`));
    expect(fake.calls()).toBe(0);
  });

  it('are reported by one error, with the refs of another tenant', async () => {
    const { secrets, fake } = setUp();
    const theirs = secrets.scoped({ account: 'acct_1' });
    const error = await failureOf(
      loadSecrets(theirs, { a: '', b: 'url', c: { name: 'url', scope: { account: 'acct_2' } } }),
    );
    expect(problemsOf(error).map(({ at }) => at)).toEqual(['a', 'c']);
    expect(error.message).toContain('acct_1');
    expect(fake.calls()).toBe(0);
  });

  it.each([undefined, null, 'url', ['url'], z.url(), new Map([['a', 'url']]), Promise.resolve({ a: 'url' })])(
    'must be an object, not %o',
    async (specs) => {
      const error: unknown = await loadSecrets(setUp().secrets, specs as never).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toMatch(/loadSecrets: specs/);
    },
  );
});

describe('a call', () => {
  it.each([
    [{ fersh: true }, 'loadSecrets: .*"fersh".*signal, fresh, live'],
    [{ live: true, evrey: 1 }, 'loadSecrets: .*"evrey".*live, onEvent, refreshCooldownMs, now'],
    [{ onEvent: () => undefined }, 'loadSecrets: .*"onEvent"'],
    [null, 'loadSecrets: options'],
    [{ live: true, refreshCooldownMs: -1 }, 'loadSecrets: refreshCooldownMs'],
    [{ live: true, refreshCooldownMs: '5' }, 'loadSecrets: refreshCooldownMs'],
    [{ signal: 'none' }, 'invalid_argument: signal'],
  ])('refuses the options %o', async (options, message) => {
    await expect(loadSecrets(setUp().secrets, { url: 'url' }, options as never)).rejects.toThrow(
      new RegExp(`^${message}`),
    );
  });

  it.each([
    ['a provider', memorySecrets()],
    ['undefined', undefined],
    ['string', 'url'],
  ])('refuses %s instead of a client', async (kind, client) => {
    await expect(loadSecrets(client as never, { url: 'url' })).rejects.toThrow(
      new RegExp(`^loadSecrets: secrets .*${kind}`),
    );
  });

  it('rejects with the reason of an abort', async () => {
    const { secrets, fake } = setUp();
    fake.hang();
    const caller = new AbortController();
    const loading = loadSecrets(secrets, { a: 'url', b: 'port' }, { signal: caller.signal });
    caller.abort('enough');
    await expect(loading).rejects.toBe('enough');
    expect(fake.pending()).toBe(0);
  });

  it('reads from the backend with fresh: true', async () => {
    const { fake } = setUp();
    const secrets = createSecrets(compose(cache())(fake.provider));
    await loadSecrets(secrets, { a: 'url', b: 'port' });
    await loadSecrets(secrets, { a: 'url', b: 'port' }, { fresh: false });
    expect(fake.calls()).toBe(1);
    await loadSecrets(secrets, { a: 'url', b: 'port' }, { fresh: true });
    expect(fake.calls()).toBe(2);
  });

  it('of a closed client is closed', async () => {
    const { secrets } = setUp();
    await secrets.close();
    expect(await failureOf(loadSecrets(secrets, { a: 'url' }))).toMatchObject({ code: 'closed' });
  });
});
