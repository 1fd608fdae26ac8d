import { type CallContext, SecretError } from '@secretkit/core/provider';
import { decodeText, fileReader } from '@secretkit/file-reader';

/** The variables in which AWS puts the token, in the order in which its agent looks for it. */
const variables = ['AWS_TOKEN', 'AWS_SESSION_TOKEN', 'AWS_CONTAINER_AUTHORIZATION_TOKEN'] as const;
const fileScheme = 'file://';
const maxTokenBytes = 65_536;

type Environment = Readonly<Record<string, string | undefined>>;

/** Returns the variables of this process. */
export function environment(): Environment {
  const { process } = globalThis as { readonly process?: { readonly env?: Environment } };
  return process?.env ?? {};
}

/**
 * Returns a function that returns the token, which proves to the agent that a request is from this machine. It is read for each
 * request, since an agent that starts again has a new one.
 *
 * @throws `unauthenticated` if there is none, or its file cannot be read.
 */
export function agentToken(): (ctx: CallContext) => Promise<string> {
  const reader = fileReader(maxTokenBytes);

  async function readToken(path: string, variable: string, ctx: CallContext): Promise<string> {
    const result = await reader.read(path, ctx);
    const text = 'bytes' in result ? decodeText(result.bytes) : undefined;
    if (typeof text === 'string') return text.trim();
    throw missing(`the file that ${variable} names cannot be read. Let this user read it.`);
  }

  return async (ctx) => {
    const env = environment();
    const variable = variables.find((each) => Object.hasOwn(env, each) && env[each] !== '');
    const token = variable === undefined ? undefined : env[variable];
    if (variable === undefined || token === undefined) {
      throw missing(`there is no token for the agent. Set ${variables[0]}, as the agent has it.`);
    }
    return token.startsWith(fileScheme) ? readToken(token.slice(fileScheme.length), variable, ctx) : token;
  };
}

function missing(problem: string): SecretError {
  return new SecretError('unauthenticated', problem);
}
