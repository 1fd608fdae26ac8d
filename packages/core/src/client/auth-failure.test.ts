import { describe, expect, it, vi } from 'vitest';
import type { SecretProvider } from '../contract/provider.js';
import { type Secret, seal } from '../contract/secret.js';
import { SecretError } from '../contract/secret-error.js';
import { createSecrets } from './create-secrets.js';
import type { UseOptions } from './secrets.js';

/** A store whose plain reads return `old`, and whose fresh ones return `stored`. */
function setUp(stored: string | undefined = 'new') {
  const get = vi.fn<SecretProvider['get']>(async (_ref, { fresh }) => {
    const value = fresh ? stored : 'old';
    return value === undefined ? undefined : seal(value);
  });
  return { get, secrets: createSecrets({ name: 'store', get }) };
}

const nested = (error: object): Error => new Error('outer', { cause: new Error('inner', { cause: error }) });
function cyclicError(): Error {
  const error = new Error('cyclic');
  error.cause = error;
  return error;
}
const throwing = Object.defineProperty({}, 'status', {
  get() {
    throw new Error('CANARY');
  },
});

describe('an exception of a client that was refused', () => {
  it.each<[string, unknown, UseOptions?]>([
    ['fetch wrappers: status', { status: 401 }],
    ['Node clients: statusCode', { statusCode: 401 }],
    ['axios: status of the response', { response: { status: 401 } }],
    ['got: statusCode of the response', { response: { statusCode: 401 } }],
    ['the AWS SDK: status in its metadata', { $metadata: { httpStatusCode: 401 } }],
    ['a cause', nested({ status: 401 })],
    ['a member of an AggregateError', new AggregateError([new Error('one'), { code: '28P01' }])],
    ['a member of the cause', nested(new AggregateError([nested({ status: 401 })]))],
    ['PostgreSQL: invalid_password', { code: '28P01' }],
    ['PostgreSQL: invalid_authorization_specification', { code: '28000' }],
    ['MySQL', { code: 'ER_ACCESS_DENIED_ERROR', errno: 1045 }],
    ['MySQL, for an account without a password', { code: 'ER_ACCESS_DENIED_NO_PASSWORD_ERROR', errno: 1698 }],
    ['Redis: wrong password', new Error('WRONGPASS invalid username-password pair or user is disabled.')],
    ['Redis: no password', new Error('NOAUTH Authentication required.')],
    ['MongoDB', { code: 18, codeName: 'AuthenticationFailed' }],
    ['MongoDB Atlas', Object.assign(new Error('bad auth : x'), { code: 8000, codeName: 'AtlasError' })],
    ['Kafka', { code: 58, type: 'SASL_AUTHENTICATION_FAILED' }],
    ['kafkajs', Object.assign(new Error('x'), { name: 'KafkaJSSASLAuthenticationError' })],
    ['gRPC', Object.assign(new Error('x'), { code: 16, details: 'x', metadata: {} })],
    ['Redis before 6', new Error('ERR invalid password')],
    ['nodemailer', { code: 'EAUTH', responseCode: 535 }],
    ['SQL Server', { code: 'ELOGIN' }],
    ['Prisma', { code: 'P1000' }],
    ['Sequelize', { name: 'SequelizeAccessDeniedError', parent: { code: '28P01' } }],
    ['TypeORM', { driverError: { code: '28P01' } }],
    ['a cluster of ioredis', { lastNodeError: new Error('WRONGPASS x') }],
    ['Apollo', { networkError: { statusCode: 401 } }],
    ['a SuppressedError', { error: new Error('x'), suppressed: { status: 401 } }],
    ['beside a cause that is null', { cause: null, parent: { code: '28P01' } }],
    ['beside a cause of itself', Object.assign(cyclicError(), { parent: { code: '28P01' } })],
    ['secretkit', new SecretError('unauthenticated', 'x.')],
    ['secretkit, as a cause', nested(new SecretError('unauthenticated', 'x.'))],
    ['a status that the caller names', { status: 403 }, { authFailure: [401, 403] }],
    ['a status of a response that the caller names', { response: { status: 403 } }, { authFailure: [403] }],
    ['a database, when the caller names statuses', { code: '28P01' }, { authFailure: [403] }],
  ])('is detected: %s', async (_, thrown, options) => {
    const { secrets } = setUp();
    const run = vi.fn((secret: Secret) => {
      if (secret.reveal() === 'old') throw thrown;
      return 'in';
    });
    expect(await secrets.use('token', run, options)).toBe('in');
    expect(run).toHaveBeenCalledTimes(2);
  });

  it.each<[string, unknown, UseOptions?]>([
    ['another status', { status: 403 }],
    ['a status as a text', { status: '401' }],
    ['a number alone that MySQL uses', { errno: 1045 }],
    ['MySQL, for a database', { code: 'ER_DBACCESS_DENIED_ERROR', errno: 1044 }],
    ['a number that MySQL uses, of another kind', { code: 'ECONNRESET', errno: 1045 }],
    ['the name without the number of MySQL', { code: 'ER_ACCESS_DENIED_ERROR' }],
    ['a number alone that MongoDB uses', { code: 18 }],
    ['a number alone that Kafka uses', { code: 58 }],
    ['a number alone that gRPC uses', { code: 16 }],
    ['another failure of MongoDB Atlas', { code: 8000, codeName: 'AtlasError', message: 'not allowed' }],
    ['a number like the code of PostgreSQL', { code: 28000 }],
    ['the other number alone that MySQL uses', { errno: 1698 }],
    ['the other name without the number of MySQL', { code: 'ER_ACCESS_DENIED_NO_PASSWORD_ERROR' }],
    ['a name alone that MongoDB uses', { codeName: 'AuthenticationFailed' }],
    ['a message alone that MongoDB Atlas uses', new Error('bad auth : x')],
    ['a message and a number that MongoDB Atlas uses', { code: 8000, message: 'bad auth : x' }],
    ['a message and a name that MongoDB Atlas uses', { codeName: 'AtlasError', message: 'bad auth : x' }],
    ['a type alone that Kafka uses', { type: 'SASL_AUTHENTICATION_FAILED' }],
    ['details alone, as of gRPC', { details: 'x' }],
    ['a message that is not a text', { message: ['WRONGPASS x'] }],
    ['a message that mentions Redis later', new Error('No WRONGPASS here')],
    ['a message that begins with a longer word', new Error('NOAUTHORITY')],
    ['another code of secretkit', new SecretError('permission_denied', 'x.')],
    ['401 when the caller names others', { status: 401 }, { authFailure: [403] }],
    ['401 when the caller names none', { status: 401 }, { authFailure: [] }],
    ['a cause of itself', cyclicError()],
    ['a property that throws', throwing],
    ['nothing', undefined],
    ['a text', '401'],
  ])('is not taken for one: %s', async (_, thrown, options) => {
    const { secrets, get } = setUp();
    const run = vi.fn((): never => {
      throw thrown;
    });
    expect(await secrets.use('token', run, options).catch((error: unknown) => error)).toBe(thrown);
    expect([run.mock.calls.length, get.mock.calls.length]).toEqual([1, 1]);
  });
});

describe('a response that run returns', () => {
  const respond = (status: number) => {
    const cancelled = vi.fn();
    const body = new ReadableStream({ cancel: cancelled });
    return { response: new Response(body, { status }), cancelled };
  };

  it('with a status of 401 makes it run again, and its body is cancelled', async () => {
    const { secrets } = setUp();
    const [refused, accepted] = [respond(401), respond(200)];
    const run = vi.fn((secret: Secret) => (secret.reveal() === 'old' ? refused.response : accepted.response));
    expect(await secrets.use('token', run)).toBe(accepted.response);
    expect(run).toHaveBeenCalledTimes(2);
    expect([refused.cancelled.mock.calls.length, accepted.cancelled.mock.calls.length]).toEqual([1, 0]);
  });

  it.each<[string, (refused: Response) => unknown]>([
    ['thrown', (refused) => refused],
    ['in an exception', (response) => Object.assign(new Error('refused'), { response })],
  ])('%s, is cancelled, too, once there is another value', async (_, thrown) => {
    const { secrets } = setUp();
    const refused = respond(401);
    const run = (secret: Secret): string => {
      if (secret.reveal() === 'old') throw thrown(refused.response);
      return 'in';
    };
    expect(await secrets.use('token', run)).toBe('in');
    expect(refused.cancelled).toHaveBeenCalledTimes(1);
  });

  it('is ended a few times at most in an exception that is the cause of itself', async () => {
    const { secrets } = setUp();
    const [destroy, on] = [vi.fn(), vi.fn()];
    const error = Object.assign(cyclicError(), { status: 401, body: { destroy, on } });
    const run = (secret: Secret): string => {
      if (secret.reveal() === 'old') throw error;
      return 'in';
    };
    expect(await secrets.use('token', run)).toBe('in');
    expect(destroy.mock.calls.length).toBeGreaterThan(0);
    expect(destroy.mock.calls.length).toBeLessThan(10);
    expect(on).toHaveBeenCalledWith('error', expect.any(Function)); // else its error ends the process
  });

  it.each<[string, (status: number, destroy: () => void) => object]>([
    ['a message of node:http', (statusCode, destroy) => ({ statusCode, headers: {}, destroy })],
    ['axios, with a stream', (status, destroy) => ({ status, headers: {}, data: { destroy } })],
    ['openapi-fetch', (status, destroy) => ({ response: { status, headers: {}, body: { destroy } } })],
  ])('is recognised and ended: %s', async (_, make) => {
    const { secrets } = setUp();
    const [refused, accepted] = [vi.fn(), vi.fn()];
    const second = make(200, accepted);
    const run = (secret: Secret): object => (secret.reveal() === 'old' ? make(401, refused) : second);
    expect(await secrets.use('token', run)).toBe(second);
    expect([refused.mock.calls.length, accepted.mock.calls.length]).toEqual([1, 0]);
  });

  it('is returned unread after the second run, also if it is refused again', async () => {
    const { secrets } = setUp();
    const second = respond(401);
    const run = vi.fn((secret: Secret) => (secret.reveal() === 'old' ? respond(401) : second).response);
    expect(await secrets.use('token', run)).toBe(second.response);
    expect([run.mock.calls.length, second.cancelled.mock.calls.length]).toEqual([2, 0]);
  });

  it.each([['old'], [undefined]])(
    'is returned unread if the store has no other value: %s',
    async (stored) => {
      const get = vi.fn<SecretProvider['get']>(async (_ref, { fresh }) => {
        return fresh && stored === undefined ? undefined : seal('old');
      });
      const refused = respond(401);
      const run = vi.fn(() => refused.response);
      expect(await createSecrets({ name: 'store', get }).use('token', run)).toBe(refused.response);
      expect([run.mock.calls.length, refused.cancelled.mock.calls.length]).toEqual([1, 0]);
      expect(refused.response.bodyUsed).toBe(false);
    },
  );

  it.each<[number, UseOptions?]>([[200], [403], [500], [401, { authFailure: [403] }]])(
    'with a status of %d is returned, without a read',
    async (status, options) => {
      const { secrets, get } = setUp();
      const { response, cancelled } = respond(status);
      expect(await secrets.use('token', () => response, options)).toBe(response);
      expect([get.mock.calls.length, cancelled.mock.calls.length]).toEqual([1, 0]);
    },
  );

  it('may have another status that the caller names', async () => {
    const { secrets } = setUp();
    const run = (secret: Secret) => respond(secret.reveal() === 'old' ? 403 : 200).response;
    expect((await secrets.use('token', run, { authFailure: [401, 403] })).status).toBe(200);
  });

  it.each([
    ['axios', (status: number) => ({ status, headers: {}, data: {} })],
    ['undici.request', (statusCode: number) => ({ statusCode, headers: {}, body: { destroy: vi.fn() } })],
    ['a mock without a body', (status: number) => ({ status, headers: new Headers(), body: null })],
    [
      'a body that is locked',
      (status: number) => ({
        status,
        headers: {},
        body: { cancel: () => Promise.reject(new Error('locked')) },
      }),
    ],
    [
      'a body that throws',
      (status: number) => ({
        status,
        headers: {},
        body: {
          destroy: () => {
            throw new Error('ended');
          },
        },
      }),
    ],
  ])('may be of any client: %s', async (_, make) => {
    const { secrets } = setUp();
    const responses = [make(401), make(200)];
    const run = (secret: Secret) => responses[secret.reveal() === 'old' ? 0 : 1];
    expect(await secrets.use<unknown>('token', run)).toBe(responses[1]);
    const { destroy } = Object((responses[0] as { body?: unknown }).body) as {
      destroy?: { mock?: { calls: unknown[] } };
    };
    if (destroy?.mock) expect(destroy.mock.calls).toHaveLength(1);
  });

  it.each([
    ['without headers', { status: 401 }],
    ['with a status that is a text', { status: '401', headers: {} }],
    ['with headers that are null', { status: 401, headers: null }],
    ['without a status, but with the code of a failure', { code: '28P01', headers: {} }],
    ['a number', 401],
    ['null', null],
    ['an object that throws on access', throwing],
  ])('that is not one is returned as it is: %s', async (_, result) => {
    const { secrets, get } = setUp();
    expect(await secrets.use<unknown>('token', () => result)).toBe(result);
    expect(get).toHaveBeenCalledTimes(1);
  });

  it('rejects with the reason of an abort during the read', async () => {
    const caller = new AbortController();
    const get: SecretProvider['get'] = async (_ref, { fresh }) => {
      if (fresh) caller.abort('enough');
      return seal('old');
    };
    const using = createSecrets({ name: 'store', get }).use('token', () => respond(401).response, {
      signal: caller.signal,
    });
    await expect(using).rejects.toBe('enough');
  });
});

describe('isAuthFailure', () => {
  it('replaces the default, for exceptions and for responses', async () => {
    const seen: unknown[] = [];
    const isAuthFailure = (failure: unknown): boolean => {
      seen.push(failure);
      return false;
    };
    const { secrets, get } = setUp();
    const [error, response] = [new SecretError('unauthenticated', 'x.'), new Response(null, { status: 401 })];
    await expect(secrets.use('token', () => Promise.reject(error), { isAuthFailure })).rejects.toBe(error);
    expect(await secrets.use('token', () => response, { isAuthFailure, authFailure: [401] })).toBe(response);
    expect(await secrets.use('token', () => ({ rows: [] }), { isAuthFailure })).toEqual({ rows: [] });
    expect(seen).toEqual([error, response]); // another result is not a failure
    expect(get).toHaveBeenCalledTimes(3);
  });

  it('may detect a response with a status of 200', async () => {
    const { secrets } = setUp();
    const accepted = new Response('{"ok":true}');
    const run = (secret: Secret) => (secret.reveal() === 'old' ? new Response('{"error":"auth"}') : accepted);
    expect(await secrets.use('token', run, { isAuthFailure: (failure) => failure !== accepted })).toBe(
      accepted,
    );
  });
});

describe('authFailure', () => {
  it.each([401, '401', {}, [undefined], ['401'], [99], [600], [401.5], [401, 99], null])(
    'must be a list of statuses: %j',
    async (authFailure) => {
      const { secrets, get } = setUp();
      const using = secrets.use('token', () => 'ran', { authFailure } as never);
      await expect(using).rejects.toMatchObject({
        code: 'invalid_argument',
        problem: expect.stringContaining('authFailure must be') as unknown,
      });
      expect(get).not.toHaveBeenCalled();
    },
  );
});

it.each([100, 599])('authFailure may have the first and the last status: %d', async (status) => {
  const { secrets } = setUp();
  const run = (secret: Secret) => (secret.reveal() === 'old' ? { status, headers: {} } : 'in');
  expect(await secrets.use('token', run, { authFailure: [status] })).toBe('in');
});

describe('use on a closed client', () => {
  it('rejects with the failure of run, also if refs have a canonical form', async () => {
    const secrets = createSecrets({ name: 'store', get: async () => seal('old'), canonical: (ref) => ref });
    const run = async (): Promise<never> => {
      await secrets.close();
      throw Object.assign(new Error('refused'), { status: 401 });
    };
    await expect(secrets.use('token', run)).rejects.toThrow('refused');
  });
});
