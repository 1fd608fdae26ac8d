import {
  checkOptions,
  checkScheme,
  isPlainObject,
  kindOf,
  type Opener,
  type SecretProvider,
  urlParameters,
} from '@secretkit/core/provider';
import type { AgentStore } from './agent/agent-options.js';
import { agentSecrets } from './agent/agent-secrets.js';
import { parameterStoreSecrets } from './parameter-store/parameter-store-secrets.js';
import { secretsManagerSecrets } from './secrets-manager/secrets-manager-secrets.js';

export interface AwsOpenerOptions {
  /**
   * Options of the SDK's clients, such as `credentials` and `endpoint`; a URL never holds a credential. The region of a URL
   * takes precedence, and `maxAttempts` is always 1. @defaultValue `{}`: the SDK finds region and credentials
   */
  readonly clientOptions?: Readonly<Record<string, unknown>>;
  /** Returns the token of the local agent. @defaultValue the variables of AWS: see `agentSecrets` */
  readonly token?: () => string | Promise<string>;
  /**
   * The start of the schemes: with `aws-eu` it opens `aws-eu-sm:`, `aws-eu-ssm:` and `aws-eu-agent:`. @defaultValue `aws`
   */
  readonly scheme?: string;
}

/**
 * Returns an opener of `aws-sm:` (Secrets Manager), `aws-ssm:` (Parameter Store) and `aws-agent:` (the local agent). The SDK is
 * loaded when a URL of its service is opened.
 *
 * | URL                                 |                                                            |
 * | ----------------------------------- | ---------------------------------------------------------- |
 * | `aws-sm://eu-central-1?prefix=app/` | secrets below `app/`, in that region                       |
 * | `aws-sm:?name=apps/{account}/{name}`| the region of the environment, with a template             |
 * | `aws-ssm://eu-central-1/app/prod`   | parameters below `/app/prod/`, in that region              |
 * | `aws-agent:?prefix=app/&port=2773`  | the agent; with `store=parameter-store`, the Lambda extension |
 *
 * @throws `TypeError` for wrong options. When it opens a URL: `TypeError` for a wrong region or parameter, and if the SDK is not
 * installed.
 * @example
 * ```ts
 * import { awsOpener } from '@secretkit/aws/opener';
 * import { openProvider } from '@secretkit/config';
 *
 * const provider = await openProvider('aws-sm://eu-central-1?prefix=app/', [awsOpener()]);
 * ```
 */
export function awsOpener(options: AwsOpenerOptions = {}): Opener {
  const own = checkOptions('awsOpener', options, ['clientOptions', 'token', 'scheme']);
  const { clientOptions = {}, token, scheme = 'aws' } = own;
  if (!isPlainObject(clientOptions)) {
    throw new TypeError(`awsOpener: clientOptions must be an object, got ${kindOf(clientOptions)}.`);
  }
  if (token !== undefined && typeof token !== 'function') {
    throw new TypeError(`awsOpener: token must be a function that returns the token, got ${kindOf(token)}.`);
  }
  checkScheme('awsOpener', scheme);
  const settingsOf = (url: URL): object => ({
    ...clientOptions,
    ...(url.host !== '' && { region: regionOf(url) }),
    maxAttempts: 1,
  });

  const openers = new Map<string, (url: URL) => SecretProvider | Promise<SecretProvider>>([
    [
      `${scheme}-sm`,
      async (url) => {
        refusePart(url, url.pathname, 'Use ?prefix=app/ for the names below a path.');
        const { prefix, name } = urlParameters(withoutHost(url, ''), ['prefix', 'name']);
        const { SecretsManager } = await loadSecretsManager();
        const client = new SecretsManager(settingsOf(url));
        return closing(secretsManagerSecrets({ client, ...given({ prefix, name }) }), client);
      },
    ],
    [
      `${scheme}-ssm`,
      async (url) => {
        const { name } = urlParameters(withoutHost(url, ''), ['name']);
        const path = url.pathname.replace(/\/+$/, '');
        const prefix = path === '' ? undefined : `${path}/`;
        const { SSM } = await loadParameterStore();
        const client = new SSM(settingsOf(url));
        return closing(parameterStoreSecrets({ client, ...given({ prefix, name }) }), client);
      },
    ],
    [
      `${scheme}-agent`,
      (url) => {
        refusePart(
          url,
          url.host + url.pathname,
          'The agent is on this machine; use ?port=2773 for its port.',
        );
        const { prefix, name, port, store } = urlParameters(url, ['prefix', 'name', 'port', 'store']);
        return agentSecrets({
          ...given({ prefix, name, token, store: store as AgentStore | undefined }), // it checks the store
          ...(port !== undefined && { port: Number(port) }),
        });
      },
    ],
  ]);
  const schemes = Object.freeze([...openers.keys()]);
  return Object.freeze<Opener>({
    schemes,
    async open(url) {
      const open = openers.get(url.protocol.slice(0, -1));
      if (open) return open(url);
      throw new TypeError(`awsOpener: url must have one of the schemes ${schemes.join(', ')}.`);
    },
  });
}

function regionOf(url: URL): string {
  const { host } = url;
  if (/^[a-z]+(-[a-z]+)+-\d+$/.test(host)) return host;
  throw new TypeError(
    `${url.protocol} URL must name a region after "//", such as ${url.protocol}//eu-central-1.`,
  );
}

function refusePart(url: URL, part: string, remedy: string): void {
  if (part !== '' && part !== '/')
    throw new TypeError(`${url.protocol} URL must not have "${part}". ${remedy}`);
}

/** The region is the host, which `urlParameters` refuses. */
function withoutHost(url: URL, pathname: string): URL {
  return new URL(url.protocol + pathname + url.search + url.hash);
}

// Within `try`: a bundler must accept that one of the two packages is not installed.
async function loadSecretsManager() {
  try {
    return await import('@aws-sdk/client-secrets-manager');
  } catch {
    throw notInstalled('@aws-sdk/client-secrets-manager');
  }
}

async function loadParameterStore() {
  try {
    return await import('@aws-sdk/client-ssm');
  } catch {
    throw notInstalled('@aws-sdk/client-ssm');
  }
}

function notInstalled(name: string): TypeError {
  return new TypeError(`awsOpener: the package ${name} cannot be loaded. Run npm install ${name}.`);
}

/** Returns the same provider, which also closes the client that was made for it. */
function closing(provider: SecretProvider, client: { destroy(): void }): SecretProvider {
  return Object.freeze<SecretProvider>({
    ...provider, // a plain object of this package
    async [Symbol.asyncDispose]() {
      client.destroy();
    },
  });
}

/** Returns the fields that are set. */
function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const set = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as { [K in keyof T]?: Exclude<T[K], undefined> }; // the others are left out
}
