import { isSecretError, own, SecretError } from '@secretkit/core/provider';
import { objectIn, textIn } from './answer-fields.js';
import { singleFlight } from './single-flight.js';
import type { VaultCall } from './vault-calls.js';

type Signal = AbortSignal | undefined;

/** The version of the key-value engine. */
export type KvVersion = 1 | 2;

/** Knows the version of the mount, from an option or from the server, which is asked once. */
export interface MountVersion {
  get(signal: Signal): Promise<KvVersion>;
  /**
   * Checks a version that an option says: on a mount of another version, all secrets look missing.
   * @throws `unavailable` if it is wrong.
   */
  confirm(signal: Signal): Promise<void>;
}

export function mountVersion(
  call: VaultCall,
  mount: readonly string[],
  given: KvVersion | undefined,
): MountVersion {
  let known: KvVersion | undefined;
  const ask = singleFlight(async (signal) => {
    known = await versionOf(call, mount, given !== undefined, signal);
    return known;
  });

  return {
    get: async (signal) => given ?? known ?? ask(signal),

    async confirm(signal) {
      if (given === undefined || known !== undefined) return;
      try {
        await ask(signal);
      } catch (error) {
        if (!isSecretError(error, 'permission_denied')) throw error;
        known = given; // the token may not ask
      }
      if (known !== given) {
        known = undefined;
        throw mismatch(`the engine does not have version ${given}. Fix the option kvVersion, or omit it.`);
      }
    },
  };
}

async function versionOf(
  call: VaultCall,
  mount: readonly string[],
  isGiven: boolean,
  signal: AbortSignal,
): Promise<KvVersion> {
  const path = ['sys', 'internal', 'ui', 'mounts', ...mount];
  const { body } = await call({ path, signal }).catch(async (error: unknown) => {
    if (!isSecretError(error, 'permission_denied')) throw error;
    if (!isGiven && (await mayRead(call, mount, signal))) {
      throw mismatch(
        'nothing is mounted at this path, or its version may not be asked for. Check the options mount and namespace, or set kvVersion.',
      );
    }
    const problem =
      'HTTP 403: nothing is mounted there, or the token has no access. Check the options mount and namespace, or set kvVersion.';
    throw new SecretError('permission_denied', problem, { details: error.details });
  });
  const data = objectIn(body, 'data');
  const type = textIn(data, 'type');
  if (type !== 'kv' && type !== 'generic') {
    throw mismatch('the engine at the option mount is not of the type kv. Check the option mount.');
  }
  return textIn(objectIn(data, 'options'), 'version') === '2' ? 2 : 1;
}

/** Whether a policy allows something below the mount. Then its version is denied only if there is no mount. */
async function mayRead(call: VaultCall, mount: readonly string[], signal: AbortSignal): Promise<boolean> {
  const paths = [`${mount.join('/')}/data`];
  try {
    const path = ['sys', 'capabilities-self'];
    const { body } = await call({ method: 'POST', path, body: { paths }, signal });
    const capabilities = own(objectIn(body, 'data'), 'capabilities');
    return Array.isArray(capabilities) && capabilities.length > 0 && !capabilities.includes('deny');
  } catch {
    return false; // the token may not ask, either
  }
}

function mismatch(problem: string): SecretError {
  return new SecretError('unavailable', problem, { retryable: false });
}
