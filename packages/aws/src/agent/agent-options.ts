import {
  checkFunction,
  checkNumber,
  checkOptions,
  kindOf,
  maxDelayMs,
  type SecretRef,
} from '@secretkit/core/provider';

/** The stores that the local process reads. Only the Lambda extension reads Parameter Store. */
export type AgentStore = 'secrets-manager' | 'parameter-store';

export interface AgentSecretsOptions {
  /** The store to read. @defaultValue `secrets-manager` */
  readonly store?: AgentStore;
  /** Text before every name, such as `app/`. @defaultValue none */
  readonly prefix?: string;
  /**
   * The names in AWS: a template such as `apps/{account}/{name}`, or a function that returns a name, an ARN, or `undefined`
   * for a secret that does not exist. Not together with `prefix`. @defaultValue `{name}`, and refs with a scope are missing
   */
  readonly name?: string | ((ref: SecretRef) => string | undefined);
  /** The port on this machine. @defaultValue `PARAMETERS_SECRETS_EXTENSION_HTTP_PORT`, else 2773 */
  readonly port?: number;
  /**
   * Returns the token of the agent, for each request. @defaultValue the variable `AWS_TOKEN` (which may name a file, as
   * `file:///path`), `AWS_SESSION_TOKEN` or `AWS_CONTAINER_AUTHORIZATION_TOKEN`
   */
  readonly token?: () => string | Promise<string>;
  /** The timeout of a request, in milliseconds. @defaultValue 10000 */
  readonly timeoutMs?: number;
  /** The function that sends the requests. @defaultValue the global `fetch`, as it is at the time of a request */
  readonly fetch?: typeof globalThis.fetch;
}

const owner = 'agentSecrets';
const stores: readonly unknown[] = ['secrets-manager', 'parameter-store'] satisfies AgentStore[];

/** Returns the options, without any that they inherit. @throws `TypeError` or `RangeError` for wrong options. */
export function checkAgentOptions(given: AgentSecretsOptions): AgentSecretsOptions {
  const options = checkOptions(owner, given, [
    'store',
    'prefix',
    'name',
    'port',
    'token',
    'timeoutMs',
    'fetch',
  ]);
  const { store = 'secrets-manager', port = 2773, token, timeoutMs = 1, fetch } = options;
  if (!stores.includes(store)) {
    throw new TypeError(`${owner}: store must be one of ${stores.join(', ')}, got ${kindOf(store)}.`);
  }
  checkNumber(owner, 'port', port, { min: 1, max: 65_535, whole: true });
  checkNumber(owner, 'timeoutMs', timeoutMs, { min: 1, max: maxDelayMs, whole: true });
  checkFunction(owner, 'token', token);
  checkFunction(owner, 'fetch', fetch);
  return options;
}
