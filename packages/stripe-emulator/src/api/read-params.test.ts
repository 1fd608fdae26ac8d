import { describe, expect, test } from 'vitest';
import { sdk } from '../../test/sdk.js';
import { errorOf, fakeClock, raw, useEmulator } from '../../test/use-emulator.js';

const clock = fakeClock();
const nowSeconds = clock.now() / 1000;
const long = 'x'.repeat(5001);
const centurySeconds = 100 * 365.25 * 86_400;
const create = 'name=a&payload=b&scope[type]=account';

interface Refusal {
  readonly name: string;
  readonly send: string;
  readonly code?: string;
  readonly param: string;
  readonly message: string | RegExp;
}

const posts: readonly Refusal[] = [
  {
    name: 'a missing name',
    send: 'payload=b&scope[type]=account',
    code: 'parameter_missing',
    param: 'name',
    message: 'Missing required param: name.',
  },
  {
    name: 'a missing payload',
    send: 'name=a&scope[type]=account',
    code: 'parameter_missing',
    param: 'payload',
    message: 'Missing required param: payload.',
  },
  {
    name: 'a missing scope',
    send: 'name=a&payload=b',
    code: 'parameter_missing',
    param: 'scope',
    message: 'Missing required param: scope.',
  },
  {
    name: 'a missing scope type',
    send: 'name=a&payload=b&scope[user]=usr_1',
    code: 'parameter_missing',
    param: 'scope[type]',
    message: 'Missing required param: scope[type].',
  },
  {
    name: 'a user scope without a user',
    send: 'name=a&payload=b&scope[type]=user',
    code: 'parameter_missing',
    param: 'scope[user]',
    message: 'Missing required param: scope[user].',
  },
  {
    name: 'an account scope with a user',
    send: `${create}&scope[user]=usr_1`,
    param: 'scope[user]',
    message: /account/,
  },
  {
    name: 'an unknown scope type',
    send: 'name=a&payload=b&scope[type]=team',
    param: 'scope[type]',
    message: 'Invalid scope[type]: must be one of account or user',
  },
  {
    name: 'a scope that is a string',
    send: 'name=a&payload=b&scope=account',
    param: 'scope',
    message: 'Invalid object',
  },
  {
    name: 'a scope that is an array',
    send: 'name=a&payload=b&scope[]=account',
    param: 'scope',
    message: 'Invalid object',
  },
  {
    name: 'an unknown parameter',
    send: `${create}&nmae=x`,
    code: 'parameter_unknown',
    param: 'nmae',
    message: 'Received unknown parameter: nmae. Did you mean name?',
  },
  {
    name: 'an unknown parameter without a similar name',
    send: `${create}&colour=x`,
    code: 'parameter_unknown',
    param: 'colour',
    message: 'Received unknown parameter: colour',
  },
  {
    name: 'a misspelled field of the scope',
    send: `${create}&scope[usr]=x`,
    code: 'parameter_unknown',
    param: 'scope[usr]',
    message: 'Received unknown parameter: scope[usr]. Did you mean scope[user]?',
  },
  {
    name: 'two unknown parameters',
    send: `${create}&x=1&y=2`,
    code: 'parameter_unknown',
    param: 'x',
    message: 'Received unknown parameters: x, y',
  },
  {
    name: 'an unknown parameter named like a method',
    send: `${create}&toString=1`,
    code: 'parameter_unknown',
    param: 'toString',
    message: /toString/,
  },
  {
    name: 'an unknown field of the scope',
    send: `${create}&scope[team]=1`,
    code: 'parameter_unknown',
    param: 'scope[team]',
    message: /scope\[team\]/,
  },
  {
    name: 'an empty name',
    send: 'name=&payload=b&scope[type]=account',
    code: 'parameter_invalid_empty',
    param: 'name',
    message: /^You passed an empty string for 'name'/,
  },
  {
    name: 'an empty payload',
    send: 'name=a&payload=&scope[type]=account',
    code: 'parameter_invalid_empty',
    param: 'payload',
    message:
      "You passed an empty string for 'payload'. We assume empty values are an attempt to unset a parameter; however 'payload' cannot be unset. You should remove 'payload' from your request or supply a non-empty value.",
  },
  {
    name: 'an empty user',
    send: 'name=a&payload=b&scope[type]=user&scope[user]=',
    code: 'parameter_invalid_empty',
    param: 'scope[user]',
    message: /empty string/,
  },
  {
    name: 'an empty expiry',
    send: `${create}&expires_at=`,
    code: 'parameter_invalid_empty',
    param: 'expires_at',
    message: /empty string/,
  },
  {
    name: 'an expiry that is not a number',
    send: `${create}&expires_at=abc`,
    code: 'parameter_invalid_integer',
    param: 'expires_at',
    message: 'Invalid integer: abc',
  },
  {
    name: 'an expiry with a fraction',
    send: `${create}&expires_at=1.5`,
    code: 'parameter_invalid_integer',
    param: 'expires_at',
    message: 'Invalid integer: 1.5',
  },
  {
    name: 'an expiry of now',
    send: `${create}&expires_at=${nowSeconds}`,
    param: 'expires_at',
    message: /future/,
  },
  {
    name: 'an expiry in over a hundred years',
    send: `${create}&expires_at=${nowSeconds + centurySeconds + 1}`,
    param: 'expires_at',
    message: /100 years/,
  },
  {
    name: 'a name that is too long',
    send: `name=${long}&payload=b&scope[type]=account`,
    param: 'name',
    message: 'Invalid string: xxxx...xxxx; must be at most 5000 characters',
  },
  {
    name: 'a payload that is too long',
    send: `name=a&payload=${long}&scope[type]=account`,
    param: 'payload',
    message: 'Invalid string: payload; must be at most 5000 characters',
  },
  {
    name: 'a user that is too long',
    send: `name=a&payload=b&scope[type]=user&scope[user]=${long}`,
    param: 'scope[user]',
    message: /5000/,
  },
  {
    name: 'a payload that is an object',
    send: 'name=a&payload[a]=1&scope[type]=account',
    param: 'payload',
    message: /single value/,
  },
  {
    name: 'a path that cannot be expanded',
    send: `${create}&expand[]=scope.team`,
    param: 'expand',
    message: 'This property cannot be expanded (scope.team).',
  },
  {
    name: 'a path of five levels',
    send: `${create}&expand[]=a.b.c.d.e`,
    code: 'property_expansion_max_depth',
    param: 'expand',
    message: 'You cannot expand more than 4 levels of a property. Property: a.b.c.d.e',
  },
  {
    name: 'a path that is empty',
    send: `${create}&expand[]=`,
    code: 'parameter_invalid_empty',
    param: 'expand',
    message: /empty string/,
  },
  {
    name: 'a path that is too long',
    send: `${create}&expand[]=${long}`,
    param: 'expand',
    message: 'Invalid string: xxxx...xxxx; must be at most 5000 characters',
  },
  {
    name: 'the scope as a path',
    send: `${create}&expand[]=scope`,
    param: 'expand',
    message: 'This property cannot be expanded (scope).',
  },
  {
    name: 'the path of the list',
    send: `${create}&expand[]=data.payload`,
    param: 'expand',
    message: /cannot be expanded/,
  },
  {
    name: 'an expand that is a string',
    send: `${create}&expand=payload`,
    param: 'expand',
    message: 'Invalid array',
  },
];

const gets: readonly Refusal[] = [
  {
    name: 'a missing scope',
    send: '',
    code: 'parameter_missing',
    param: 'scope',
    message: 'Missing required param: scope.',
  },
  {
    name: 'a limit of 0',
    send: 'scope[type]=account&limit=0',
    code: 'parameter_invalid_integer',
    param: 'limit',
    message: /1/,
  },
  {
    name: 'a limit of 101',
    send: 'scope[type]=account&limit=101',
    code: 'parameter_invalid_integer',
    param: 'limit',
    message: /100/,
  },
  {
    name: 'a limit that is not a number',
    send: 'scope[type]=account&limit=ten',
    code: 'parameter_invalid_integer',
    param: 'limit',
    message: 'Invalid integer: ten',
  },
  {
    name: 'an empty cursor',
    send: 'scope[type]=account&starting_after=',
    code: 'parameter_invalid_empty',
    param: 'starting_after',
    message: /empty string/,
  },
  {
    name: 'a cursor that is too long',
    send: `scope[type]=account&ending_before=${long}`,
    param: 'ending_before',
    message: /5000/,
  },
  {
    name: 'both cursors',
    send: 'scope[type]=account&starting_after=a&ending_before=b',
    param: 'ending_before',
    message: /only specify one/,
  },
  {
    name: 'a name',
    send: 'scope[type]=account&name=a',
    code: 'parameter_unknown',
    param: 'name',
    message: 'Received unknown parameter: name',
  },
  {
    name: 'the path of a find',
    send: 'scope[type]=account&expand[]=payload',
    param: 'expand',
    message: /cannot be expanded/,
  },
];

function isStripeError({ code, param, message }: Refusal) {
  return {
    ...(code ? { code, doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}` } : {}),
    param,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
    type: 'invalid_request_error',
    request_log_url: expect.stringMatching(/^https:\/\/dashboard\.stripe\.com\/test\/logs\/req_\w{14}$/),
  };
}

describe('create refuses', () => {
  test.each(posts)('$name', async (refusal) => {
    const emulator = await useEmulator({ now: clock.now });
    const response = await raw(emulator, '/v1/apps/secrets', { body: refusal.send });
    expect(response.status).toBe(400);
    expect(errorOf(response)).toEqual(isStripeError(refusal));
    expect(emulator.secrets.list()).toEqual([]);
  });
});

describe('the list refuses', () => {
  test.each(gets)('$name', async (refusal) => {
    const response = await raw(await useEmulator(), `/v1/apps/secrets?${refusal.send}`);
    expect(response.status).toBe(400);
    expect(errorOf(response)).toEqual(isStripeError(refusal));
  });
});

test.each([
  { path: '/v1/apps/secrets/find?scope[type]=account', param: 'name' },
  { path: '/v1/apps/secrets/find?name=a', param: 'scope' },
])('find requires $param', async ({ path, param }) => {
  expect(errorOf(await raw(await useEmulator(), path))).toMatchObject({ code: 'parameter_missing', param });
});

test.each(['name', 'scope'])('delete requires %s', async (param) => {
  const body = param === 'name' ? 'scope[type]=account' : 'name=a';
  const response = await raw(await useEmulator(), '/v1/apps/secrets/delete', { body });
  expect(errorOf(response)).toMatchObject({ code: 'parameter_missing', param });
});

test('accepts the longest name and payload, counted in code points', async () => {
  const emulator = await useEmulator();
  const text = '😀'.repeat(5000);
  await sdk(emulator).apps.secrets.create({ scope: { type: 'account' }, name: text, payload: text });
  expect(emulator.secrets.get({ name: text })?.payload).toBe(text);
});

test.each([1, centurySeconds])('accepts an expiry in %d seconds', async (seconds) => {
  const emulator = await useEmulator({ now: clock.now });
  const body = `${create}&expires_at=${nowSeconds + seconds}`;
  expect((await raw(emulator, '/v1/apps/secrets', { body })).status).toBe(200);
});

test('SDK options among the parameters are unknown parameters', async () => {
  const stripe = sdk(await useEmulator());
  // The types of the SDK forbid this, plain JavaScript does not.
  const mistaken = { name: 'a', scope: { type: 'account' as const }, stripeAccount: 'acct_1' };
  await expect(stripe.apps.secrets.find(mistaken)).rejects.toMatchObject({
    code: 'parameter_unknown',
    param: 'stripeAccount',
  });
});
