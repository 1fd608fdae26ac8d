import type { Lease, LeaseBackend } from '../../src/leases/lease.js';

/** Two clients as they are usual today, over the requests of a server. */
export interface UsualClient {
  read(): Promise<string>;
  stop(): void;
}

const never = new AbortController().signal;

/** Reads once, when it starts. */
export function readsOnce({ mint }: Pick<LeaseBackend, 'mint'>): UsualClient {
  const first = mint({ name: 'database/creds/app' }, never).then((lease) => valueOf(lease).value);
  first.catch(() => undefined); // each read reports it
  return { read: () => first, stop: () => undefined };
}

/** Renews every two thirds of the first length, whatever the answer says, and reads again when a renewal fails. */
export function renewsByInterval(
  backend: Pick<LeaseBackend, 'mint' | 'renew'>,
  name: string,
  every: (ms: number, run: () => void) => () => void,
): UsualClient {
  let current: Promise<{ readonly id: string; readonly value: string }> | undefined;
  let stop = (): void => undefined;

  async function mint() {
    const lease = valueOf(await backend.mint({ name }, never));
    stop();
    stop = every((lease.durationMs * 2) / 3, () => void renew(lease.id, lease.durationMs)); // it does not reject
    return lease;
  }

  async function renew(id: string, ms: number): Promise<void> {
    try {
      if ((await backend.renew(id, ms, never)) === 'lost') current = undefined;
    } catch {
      current = undefined; // as if it were lost
    }
  }

  return {
    async read() {
      current ??= mint();
      try {
        return (await current).value;
      } catch (error) {
        current = undefined;
        throw error;
      }
    },
    stop: () => stop(),
  };
}

function valueOf(answer: Awaited<ReturnType<LeaseBackend['mint']>>): Lease {
  if (answer && 'id' in answer) return answer;
  throw new Error('there is no lease.');
}
