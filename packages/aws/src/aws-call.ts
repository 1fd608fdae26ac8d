import {
  abortable,
  invalid,
  isSecretError,
  kindOf,
  onAbort,
  own,
  SecretError,
  throwIfAborted,
} from '@secretkit/core/provider';
import { awsError } from './aws-error.js';

/** Calls one operation of AWS. Everything above it is the same for a client of the SDK and for any other one. */
export interface AwsCall<O extends string> {
  /** @throws `SecretError` with the name of AWS as `vendorCode`, or the reason of the signal. */
  (operation: O, input: object, signal: AbortSignal | undefined): Promise<object>;
  /** Returns the region that is asked; `undefined` if the client does not report one. @throws As a call. */
  region(signal: AbortSignal | undefined): Promise<string | undefined>;
}

/** The options of one request, as the clients of the SDK take them. */
export interface AwsRequestOptions {
  /** Ends the request when it fires. */
  readonly abortSignal?: AbortSignal;
}

/** The settings of a client that the provider reads. The SDK's clients have more. */
export interface AwsClientConfig {
  /** The attempts that the client makes for one call. */
  readonly maxAttempts?: number | (() => Promise<number>);
  readonly region?: string | (() => Promise<string>);
}

type Clients<O extends string> = Readonly<
  Record<O, (input: never, options: AwsRequestOptions) => Promise<object>>
> & { readonly config?: AwsClientConfig };

interface ClientFacts {
  readonly attempts: number;
  readonly region: string | undefined;
}

/** Returns the calls of an aggregated client of the SDK, or of any object with its structure. */
export function callsOf<O extends string>(
  client: Clients<O>,
  { clientRetries }: { readonly clientRetries: boolean },
): AwsCall<O> {
  let known: ClientFacts | undefined; // a promise would keep the async context of the first request

  /** Reads the settings until they are known; a failure is not kept, since the environment may be set meanwhile. */
  async function facts(): Promise<ClientFacts> {
    known ??= await factsOf(own(client as { readonly config?: AwsClientConfig }, 'config'));
    return known;
  }

  async function checkClient(): Promise<void> {
    const { attempts } = await facts();
    if (attempts <= 1 || clientRetries) return;
    throw invalid(
      `the client makes up to ${attempts} attempts for a call, which multiply with those of a retry. ` +
        'Create it with maxAttempts: 1, or set clientRetries.',
    );
  }

  async function call(operation: O, input: object, signal: AbortSignal | undefined): Promise<object> {
    throwIfAborted(signal);
    // A signal of its own: the SDK would leave a listener on a long-lived one.
    const request = new AbortController();
    const stop = onAbort(signal, () => request.abort());
    async function send(): Promise<unknown> {
      await checkClient();
      // Each operation has its own input.
      return client[operation](input as never, { abortSignal: request.signal });
    }
    try {
      const answer = await abortable(send(), signal);
      if (typeof answer === 'object' && answer !== null) return answer;
      throw new SecretError('invalid_data', `the client must return an object, got ${kindOf(answer)}.`);
    } catch (error) {
      throwIfAborted(signal);
      throw isSecretError(error) ? error : awsError(error);
    } finally {
      stop();
    }
  }

  return Object.assign(call, {
    region: async (signal: AbortSignal | undefined) => (await abortable(facts(), signal)).region,
  });
}

/** @throws `TypeError` unless the client has these operations. */
export function checkClient(
  owner: string,
  client: unknown,
  example: string,
  operations: readonly string[],
): void {
  const methods = Object(client) as Readonly<Record<string, unknown>>;
  const missing = operations.find((operation) => typeof methods[operation] !== 'function');
  if (missing === undefined) return;
  const got =
    typeof methods['send'] === 'function'
      ? `a client with send() alone. Create it with new ${example}({ maxAttempts: 1 }) in place of ${example}Client`
      : kindOf(client);
  throw new TypeError(
    `${owner}: client must have the method ${missing}, as ${example} of the AWS SDK has, got ${got}.`,
  );
}

async function factsOf(config: AwsClientConfig | undefined): Promise<ClientFacts> {
  const attempts = await settingOf(own(config, 'maxAttempts')).catch(() => undefined);
  try {
    const region = await settingOf(own(config, 'region'));
    return {
      attempts: typeof attempts === 'number' ? attempts : 1,
      region: typeof region === 'string' ? region : undefined,
    };
  } catch {
    throw invalid('the client has no region. Pass region to the client, or set AWS_REGION.');
  }
}

async function settingOf(setting: unknown): Promise<unknown> {
  return typeof setting === 'function' ? (setting as () => unknown)() : setting;
}
