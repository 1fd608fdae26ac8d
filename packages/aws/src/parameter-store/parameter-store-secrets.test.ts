import { describe, expect, it } from 'vitest';
import { answers, fails } from '../../test/faults.js';
import { errorOf, setUpParameterStore } from '../../test/setup.js';

const prefix = '/app/';

describe('a batch', () => {
  it('makes one request for ten parameters, and separates versions and labels by their selector', async () => {
    const { secrets, server, backend } = await setUpParameterStore({ prefix });
    await secrets.set('a', 'first');
    await secrets.set('a', 'second');
    backend.parameters.get('/app/a')?.[0]?.labels.push('stable');
    const refs = Object.fromEntries(
      Array.from({ length: 12 }, (_, at) => [`missing-${at}`, `missing-${at}`]),
    );
    const before = server.operations.length;
    const found = await secrets.getMany({
      ...refs,
      current: 'a',
      first: { name: 'a', version: '1' },
      stable: { name: 'a', version: 'stable' },
      second: { name: 'a', version: '2' },
      unknown: { name: 'a', version: '3' },
    });
    const { current, first, stable, second, unknown } = found;
    expect([current, first, stable, second, unknown].map((each) => each?.reveal())).toEqual([
      'second',
      'first',
      'first',
      'second',
      undefined,
    ]);
    expect(server.operations.slice(before)).toEqual(['GetParameters', 'GetParameters']);
    const sizes = server.inputs.slice(before).map(({ Names }) => (Names as unknown[]).length);
    expect(sizes).toEqual([10, 7]);
  });

  it('asks alone where the answer has no selector, as that of an emulator', async () => {
    const { secrets, server, backend } = await setUpParameterStore({ prefix });
    await secrets.set('a', 'first');
    await secrets.set('a', 'second');
    server.fault = (response, operation) => {
      if (!operation.endsWith('.GetParameters')) return true;
      const values = backend.parameters.get('/app/a') ?? [];
      const Parameters = values.map(({ value, number }) => ({
        Name: '/app/a',
        Value: value,
        Version: number,
      }));
      return answers(200, { Parameters, InvalidParameters: [] })(response, operation);
    };
    const found = await secrets.getMany({ current: 'a', first: { name: 'a', version: '1' } });
    expect([found.current?.reveal(), found.first?.reveal()]).toEqual(['second', 'first']);
  });

  it('of which one parameter is denied is read one by one', async () => {
    const { secrets, server, backend } = await setUpParameterStore({ prefix });
    await secrets.set('a', 'of a');
    await secrets.set('b', 'of b');
    backend.denied.add('/app/b');
    const before = server.operations.length;
    const found = await secrets.getManySettled({ a: 'a', b: 'b', c: 'c' });
    expect(found.b).toMatchObject({ code: 'permission_denied' });
    expect([found.a, found.c]).toEqual([expect.anything(), undefined]);
    expect(server.operations.slice(before)).toEqual(['GetParameters', ...Array(3).fill('GetParameter')]);
    await secrets.getMany({ a: 'a', c: 'c' });
    expect(server.operations.slice(-2)).toEqual(['GetParameter', 'GetParameter']);
  });

  it('with one parameter without a value reports it in its place', async () => {
    const { secrets, server } = await setUpParameterStore({ prefix });
    server.fault = answers(200, {
      Parameters: [{ Name: '/app/a', Version: 1 }],
      InvalidParameters: ['/app/b'],
    });
    const found = await secrets.getManySettled({ a: 'a', b: 'b' });
    expect(found.a).toMatchObject({ code: 'invalid_data' });
    expect(found.b).toBeUndefined();
  });
});

it.each([undefined, '1'])(
  'an answer about another parameter is invalid_data, with the version %s',
  async (version) => {
    const { secrets, server } = await setUpParameterStore({ prefix });
    server.fault = answers(200, { Parameter: { Name: '/app/b', Value: 'CANARY', Version: 1 } });
    const error = await errorOf(() => secrets.get({ name: 'a', ...(version && { version }) }));
    expect(error).toMatchObject({ code: 'invalid_data', message: expect.not.stringContaining('CANARY') });
  },
);

describe('a write', () => {
  it('is a SecureString with the key and the tier of the options', async () => {
    const { secrets, server } = await setUpParameterStore({
      prefix,
      kmsKeyId: 'alias/app',
      tier: 'Advanced',
    });
    const { version } = await secrets.set('a', 'x'.repeat(8_192));
    expect(version).toBe('1');
    const { Type, KeyId, Tier, Overwrite } = server.inputs[0] ?? {};
    expect([Type, KeyId, Tier, Overwrite]).toEqual(['SecureString', 'alias/app', 'Advanced', true]);
  });

  it.each([
    [
      '4,097 bytes in the standard tier',
      { tier: 'Standard' as const },
      'x'.repeat(4_097),
      /at most 4096 bytes/,
    ],
    ['8,193 bytes in any tier', {}, 'é'.repeat(4_096) + 'x', /at most 8192 bytes.*got 8193/],
    ['bytes', {}, new Uint8Array([0xff]), /must be a text/],
  ])('refuses %s, without a request', async (_, options, value, message) => {
    const { secrets, server } = await setUpParameterStore({ prefix, ...options });
    const error = await errorOf(() => secrets.set('a', value));
    expect(error.code).toBe('invalid_argument');
    expect(error.message).toMatch(message);
    expect(server.operations).toEqual([]);
  });

  it('refuses an expiry, which Parameter Store would not keep', async () => {
    const { secrets, server } = await setUpParameterStore({ prefix });
    const call = () => secrets.set('a', 'value', { expiresAt: new Date('2999-01-01') });
    expect(await errorOf(call)).toMatchObject({ code: 'invalid_argument' });
    expect(server.operations).toEqual([]);
  });

  it.each([
    ['a b', /letters, digits/],
    [' a', /letters, digits/],
    ['a//b', /empty level/],
    ['a/', /empty level/],
    [Array(15).fill('l').join('/'), /at most 15 levels/],
    ['a'.repeat(1_010), /at most 1011/],
  ])('refuses the name %j, and a read finds nothing, both without a request', async (name, message) => {
    const { secrets, server } = await setUpParameterStore({ prefix });
    const error = await errorOf(() => secrets.set(name, 'value'));
    expect(error.code).toBe('invalid_argument');
    expect(error.message).toMatch(message);
    expect(await secrets.get(name)).toBeUndefined();
    expect(await secrets.listVersions(name)).toEqual([]);
    expect(server.operations).toEqual([]);
  });

  it('refuses a name with levels that does not begin with a slash, without a prefix', async () => {
    const { secrets } = await setUpParameterStore();
    expect((await errorOf(() => secrets.set('a/b', 'v'))).message).toMatch(/begin with "\/"/);
    await secrets.set('/a/b', 'of levels');
    await secrets.set('a', 'plain');
    expect((await secrets.require('/a/b')).reveal()).toBe('of levels');
    expect((await secrets.require('a')).reveal()).toBe('plain');
    expect(secrets.can('list')).toBe(false);
  });

  it('is quota_exceeded if the oldest of a hundred versions has a label', async () => {
    const { secrets, backend } = await setUpParameterStore({ prefix });
    for (let i = 0; i < 100; i += 1) {
      await backend.answer('AmazonSSM.PutParameter', {
        Name: '/app/a',
        Value: `${i}`,
        Type: 'SecureString',
        Overwrite: true,
      });
    }
    backend.parameters.get('/app/a')?.[0]?.labels.push('stable');
    const error = await errorOf(() => secrets.set('a', 'value'));
    expect(error).toMatchObject({
      code: 'quota_exceeded',
      details: { vendorCode: 'ParameterMaxVersionLimitExceeded' },
    });
  });

  it('to a parameter of another type is a conflict', async () => {
    const { secrets, backend } = await setUpParameterStore({ prefix });
    await backend.answer('AmazonSSM.PutParameter', { Name: '/app/a', Value: 'v', Type: 'String' });
    expect((await secrets.require('a')).reveal()).toBe('v');
    expect(await errorOf(() => secrets.set('a', 'value'))).toMatchObject({ code: 'conflict' });
  });

  it.each([{}, { Version: 'one' }])('that is not confirmed is invalid_data: %j', async (answer) => {
    const { secrets, server } = await setUpParameterStore({ prefix });
    server.fault = answers(200, answer);
    expect(await errorOf(() => secrets.set('a', 'value'))).toMatchObject({ code: 'invalid_data' });
  });
});

describe('versions', () => {
  it('are listed newest first with their labels, over pages, and never decrypted', async () => {
    const { secrets, server, backend } = await setUpParameterStore({ prefix });
    for (const value of ['one', 'two', 'three']) await secrets.set('a', value);
    backend.parameters.get('/app/a')?.[0]?.labels.push('stable');
    const listed = await secrets.listVersions('a');
    expect(listed.map(({ version, stages }) => [version, stages])).toEqual([
      ['3', []],
      ['2', []],
      ['1', ['stable']],
    ]);
    expect(server.inputs.at(-1)).toMatchObject({ Name: '/app/a', WithDecryption: false });
  });

  it.each(['a b', 'a:b', 'l'.repeat(101)])(
    'that cannot exist are missing, without a request: %j',
    async (version) => {
      const { secrets, server } = await setUpParameterStore({ prefix });
      expect(await secrets.get({ name: 'a', version })).toBeUndefined();
      expect(server.operations).toEqual([]);
    },
  );

  it('without a number are invalid_data', async () => {
    const { secrets, server } = await setUpParameterStore({ prefix });
    server.fault = answers(200, { Parameters: [{ Name: '/app/a' }] });
    expect(await errorOf(() => secrets.listVersions('a'))).toMatchObject({ code: 'invalid_data' });
  });
});

describe('a list', () => {
  it('has the names below the prefix, at every level, and asks for no value in clear', async () => {
    const { secrets, server } = await setUpParameterStore({ prefix });
    for (const name of ['a', 'b/c', 'd']) await secrets.set(name, 'value');
    const names = [];
    for await (const { name } of secrets.list()) names.push(name);
    expect(names).toEqual(['a', 'b/c', 'd']);
    expect(server.inputs.at(-1)).toMatchObject({ Path: '/app', Recursive: true, WithDecryption: false });
  });

  it('of a template has the names of one scope', async () => {
    const { secrets } = await setUpParameterStore({ name: '/apps/{account}/{name}' });
    await secrets.scoped({ account: 'one' }).set('a', 'value');
    await secrets.scoped({ account: 'two' }).set('b', 'value');
    const refs = [];
    for await (const ref of secrets.list({ scope: { account: 'one' } })) refs.push(ref);
    expect(refs).toEqual([{ name: 'a', scope: { account: 'one' } }]);
    for await (const ref of secrets.list()) expect(ref).toBeUndefined();
  });

  it('needs a prefix that is a level of its own', async () => {
    for (const [options, listable] of [
      [{ prefix: '/' }, true],
      [{ prefix: '/app-' }, false],
      [{ prefix: 'app-' }, false],
      [{ name: '{account}/{name}' }, false],
      [{ name: () => '/a' }, false],
    ] as const) {
      const { secrets } = await setUpParameterStore(options);
      expect([options, secrets.can('list')]).toEqual([options, listable]);
    }
  });
});

describe('an ARN', () => {
  it('from the option name reads the parameter of another account, with a version too', async () => {
    const arn = 'arn:aws:ssm:eu-central-1:123456789012:parameter/shared';
    const { secrets, server } = await setUpParameterStore({ name: () => arn });
    server.fault = answers(200, { Parameter: { Name: '/shared', ARN: arn, Value: 'shared', Version: 3 } });
    expect((await secrets.require({ name: 'a', version: '3' })).reveal()).toBe('shared');
    expect(server.inputs.at(-1)).toMatchObject({ Name: `${arn}:3` });
  });

  it('of another region is refused with both regions', async () => {
    const arn = 'arn:aws:ssm:us-east-1:123456789012:parameter/shared';
    const { secrets, server } = await setUpParameterStore({ name: () => arn });
    const error = await errorOf(() => secrets.get('a'));
    expect(error.code).toBe('invalid_argument');
    expect(error.message).toMatch(/us-east-1.*eu-central-1/);
    expect(server.operations).toEqual([]);
  });
});

it('a throttled read is rate_limited', async () => {
  const { secrets, server } = await setUpParameterStore({ prefix });
  server.fault = fails('ThrottlingException', 400);
  expect(await errorOf(() => secrets.get('a'))).toMatchObject({
    code: 'rate_limited',
    details: { status: 400 },
  });
});
