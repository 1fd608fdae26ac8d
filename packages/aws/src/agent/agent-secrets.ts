import {
  abortable,
  invalid,
  kindOf,
  type Secret,
  SecretError,
  type SecretProvider,
  type SecretRef,
  throwIfAborted,
} from '@secretkit/core/provider';
import { createHttp, type HttpError, type HttpFailure, type HttpQuery } from '@secretkit/http';
import { dateOf, fieldOf, numberOf, objectOf, textOf } from '../answer-fields.js';
import { meaningOfName } from '../aws-error.js';
import { canonicalOf } from '../canonical.js';
import { checkAnswer } from '../check-answer.js';
import { nameMapping } from '../name-mapping.js';
import { parameterNames } from '../parameter-store/names.js';
import { secretNames } from '../secrets-manager/names.js';
import { sealed } from '../value.js';
import { type AgentSecretsOptions, checkAgentOptions } from './agent-options.js';
import { agentToken, environment } from './agent-token.js';

/** The local agent, or the Lambda extension, as a provider. It only reads. */
export type AgentSecrets = Pick<SecretProvider, 'name' | 'get'> & Required<Pick<SecretProvider, 'canonical'>>;

const owner = 'agentSecrets';
const defaultPort = 2773;
const portVariable = 'PARAMETERS_SECRETS_EXTENSION_HTTP_PORT';
const missingNames = [
  'ResourceNotFoundException',
  'InvalidRequestException', // a deleted secret
  'ParameterNotFound',
  'ParameterVersionNotFound',
];

const missingStatuses: readonly (number | undefined)[] = [400, 404];

/**
 * Returns a provider that asks the AWS Secrets Manager Agent, or the AWS Parameters and Secrets Lambda Extension, on this
 * machine. It needs no SDK. Both keep a cache of their own, for 300 seconds unless they are configured otherwise.
 *
 * @throws `TypeError` or `RangeError` for wrong options.
 * @example
 * ```ts
 * import { agentSecrets } from '@secretkit/aws/agent';
 * import { createSecrets } from '@secretkit/core';
 *
 * const secrets = createSecrets(agentSecrets({ prefix: 'app/' }));
 * ```
 */
export function agentSecrets(given: AgentSecretsOptions = {}): AgentSecrets {
  const options = checkAgentOptions(given);
  const { store = 'secrets-manager', prefix, name, token, timeoutMs, fetch } = options;
  const tokenOf = token ? async () => token() : agentToken();
  const isParameter = store === 'parameter-store';
  const names = nameMapping(owner, { prefix, name }, isParameter ? parameterNames : secretNames);
  const http = createHttp({
    owner,
    baseUrl: `http://127.0.0.1:${options.port ?? portOf(environment())}`,
    errors: meaningOf,
    timeoutMs,
    fetch,
  });

  return Object.freeze<AgentSecrets>({
    name: 'aws-agent',

    async get(ref: SecretRef, ctx) {
      const { signal, fresh = false } = ctx;
      const target = names.find(ref);
      if (!target) return undefined;
      throwIfAborted(signal);
      const { id } = target;
      const query: HttpQuery = isParameter
        ? { name: id, withDecryption: true }
        : { secretId: id, ...(fresh && { refreshNow: true }) }; // else it answers from its own cache
      const { status, body } = await http.request({
        path: isParameter ? ['systemsmanager', 'parameters', 'get'] : ['secretsmanager', 'get'],
        query,
        headers: {
          'x-aws-parameters-secrets-token': checkToken(await abortable(tokenOf(ctx), signal)),
        },
        signal,
        isAnswer,
      });
      if (missingStatuses.includes(status)) return undefined;
      if (status !== 200 || body === undefined) {
        throw new SecretError(
          'invalid_data',
          `HTTP ${status}: the answer has no value. Check that the port is the agent's.`,
        );
      }
      const answer = isParameter ? objectOf(body, 'Parameter') : body;
      checkAnswer(answer, target);
      return isParameter ? parameterIn(answer) : secretIn(answer);
    },

    canonical: (ref) => canonicalOf(names, ref),
  });
}

/** Whether a failure means that the secret does not exist. Any other status with the name of one is not from AWS. */
function isAnswer(failure: HttpFailure): boolean {
  return missingStatuses.includes(failure.status) && missingNames.includes(nameOf(failure) ?? '');
}

function checkToken(token: unknown): string {
  if (typeof token === 'string' && token !== '') return token;
  throw invalid(`the option token must return a text, got ${token === '' ? 'an empty one' : kindOf(token)}.`);
}

/** The port of the extension is in a variable, which a function may set. */
function portOf(env: Readonly<Record<string, string | undefined>>): number {
  const port = Number((Object.hasOwn(env, portVariable) && env[portVariable]) || defaultPort);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new RangeError(
    `${owner}: ${portVariable} must be a port between 1 and 65535. Set it, or the option port.`,
  );
}

function secretIn(answer: object): Secret | undefined {
  const binary = textOf(answer, 'SecretBinary');
  return sealed(textOf(answer, 'SecretString') ?? (binary === undefined ? undefined : bytesOf(binary)), {
    version: textOf(answer, 'VersionId'),
    createdAt: dateOf(answer, 'CreatedDate'),
  });
}

function parameterIn(parameter: object): Secret | undefined {
  return sealed(textOf(parameter, 'Value'), {
    version: numberOf(parameter, 'Version')?.toString(),
    createdAt: dateOf(parameter, 'LastModifiedDate'),
  });
}

function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    throw new SecretError(
      'invalid_data',
      'the answer has a SecretBinary that is not base64. Check the agent.',
    );
  }
}

/** The answers of the process itself are texts; those of AWS have a name. */
function meaningOf(failure: HttpFailure): HttpError | undefined {
  const { status, text } = failure;
  const name = nameOf(failure);
  const meaning = missingNames.includes(name ?? '') ? undefined : meaningOfName(name); // with another status
  if (meaning) return { ...meaning, vendorCode: name };
  if (status === undefined) {
    return { problem: 'Start the agent, or set the option port, as the agent has it.' };
  }
  if (status === 403) {
    const problem = 'the agent did not accept the token. Set AWS_TOKEN, as the agent has it.';
    return { code: 'unauthenticated', problem };
  }
  if (status === 400 && /not ready to serve traffic/i.test(text)) {
    const problem =
      'the Lambda extension is not ready before the first invocation. Read secrets in the handler.';
    return { code: 'unavailable', problem };
  }
  return undefined;
}

/** The agent answers with JSON whose message may not be escaped; the extension may answer with the text of its SDK. */
function nameOf({ body, text }: HttpFailure): string | undefined {
  const type = body && fieldOf(body, '__type');
  const found = typeof type === 'string' ? type : /^\{"__type":"([\w.#]+)"|\bapi error (\w+):/.exec(text);
  const name = typeof found === 'string' ? found : (found?.[1] ?? found?.[2]);
  return name?.replace(/^.*#/, '');
}
