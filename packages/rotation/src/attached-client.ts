import { type Secret, throwIfAborted } from '@secretkit/core/provider';
import type { Credential } from './credential.js';
import { type FollowContext, type FollowState, follow } from './follow.js';

export interface AttachOptions<C> {
  /** The name in events and in `health()`. @defaultValue `client` */
  readonly name?: string;
  /** Uses the new client once, such as by a query, and rejects if the server refuses it. */
  readonly verify: (client: C) => unknown;
  /** Closes a client that was replaced, after its drain, or that did not verify. Its exceptions are ignored. */
  readonly close: (client: C) => unknown;
  /** How long calls with a replaced client may take, in milliseconds, before it is closed. @defaultValue 30000 */
  readonly drainMs?: number;
}

/** Makes a client with a credential. It need not connect. */
export type MakeClient<T, C> = (value: T, secret: Secret<T>) => Promise<C> | C;

/** A client that is replaced when its credential is. */
export interface AttachedClient<C> extends AsyncDisposable {
  /** The client for new work. Do not keep it: take it for each piece of work, or call `use`. */
  readonly client: C;
  /** Calls `run` once with the client, which is not closed before `run` has ended or `drainMs` has passed. */
  use<R>(run: (client: C) => Promise<R> | R): Promise<R>;
  /**
   * Opens a connection of the client, such as `sql.reserve()`. A refused login is repeated until `deadlineMs`.
   * @throws The failure of `open`; `closed`.
   */
  connect<R>(open: (client: C) => Promise<R> | R): Promise<R>;
  /**
   * Opens a connection as `connect` does, and calls `run` once with it. The client is not closed before `run` has ended or `drainMs`
   * has passed.
   * @throws The failure of `open` or `run`; `closed`.
   */
  useConnection<R, S>(
    open: (client: C) => Promise<R> | R,
    run: (connection: R) => Promise<S> | S,
  ): Promise<S>;
  /** Closes the client. Closing twice is fine. */
  close(): Promise<void>;
}

export async function attachClient<T, C>(
  context: FollowContext<T>,
  first: Credential<T>,
  make: MakeClient<T, C>,
  { verify, close, ...options }: AttachOptions<C>,
): Promise<{ state: FollowState<T>; attached: AttachedClient<C> }> {
  const open = new Map<Credential<T>, C>();
  const state = follow<T, C>(context, first, {
    ...options,
    verify: makeVerified,
    async install(credential, _, verified) {
      const client = verified ? verified.result : await makeOf(credential);
      if (state.following.signal.aborted) await closed(client);
      else open.set(credential, client);
    },
    onDrained: closeOf,
    onClose: async () => {
      await Promise.all([...open.keys()].map(closeOf));
    },
  });
  const { following, accepted } = state;

  function makeOf({ secret }: Credential<T>): Promise<C> | C {
    return make(secret.reveal(), secret);
  }

  async function makeVerified(credential: Credential<T>): Promise<C> {
    const client = await makeOf(credential);
    try {
      await verify(client);
      return client;
    } catch (failure) {
      await closed(client);
      throw failure;
    }
  }

  async function closed(client: C): Promise<void> {
    try {
      await close(client);
    } catch {
      // The server may have refused it.
    }
  }

  async function closeOf(credential: Credential<T>): Promise<void> {
    const client = open.get(credential);
    if (!open.delete(credential)) return;
    await closed(client as C); // it was there
  }

  function currentClient(): C {
    throwIfAborted(following.signal);
    return open.get(accepted.current) as C; // every accepted credential has one
  }

  try {
    await following.login(async (credential) => {
      if (open.has(credential)) return; // a hand-over was faster
      const client = await makeVerified(credential);
      if (credential !== accepted.current || following.signal.aborted) await closed(client);
      else open.set(credential, client);
    });
  } catch (failure) {
    await state.close();
    throw failure;
  }

  const attached: AttachedClient<C> = {
    get client() {
      return currentClient();
    },
    async use(run) {
      const client = currentClient();
      const credential = accepted.current;
      const release = following.hold(credential);
      try {
        return await run(client);
      } catch (failure) {
        if (context.isAuthFailure(failure)) {
          context.countRefusal();
          void following.refused(credential); // for the next call; it never rejects
        }
        throw failure;
      } finally {
        release();
      }
    },
    connect: (connect) => following.login(() => connect(currentClient())),
    async useConnection(open, run) {
      const { connection, release } = await following.login(async (credential) => {
        const client = currentClient();
        const release = following.hold(credential);
        try {
          return { connection: await open(client), release };
        } catch (failure) {
          release();
          throw failure;
        }
      });
      try {
        return await run(connection);
      } finally {
        release();
      }
    },
    close: () => state.close(),
    [Symbol.asyncDispose]: () => state.close(),
  };
  return { state, attached };
}
