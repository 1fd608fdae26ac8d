import { abortable } from '@secretkit/core/provider';
import { type Checkouts, checkouts, ignore } from '../checkouts.js';
import type { Credential } from '../credential.js';
import type { PoolSetup } from '../pool-options.js';
import type { Rotation } from '../rotating.js';
import type { PgConfig, PgModule, PgPoolClient } from './pg-types.js';

type Checkout = (error: unknown, client?: PgPoolClient, release?: PgPoolClient['release']) => void;

/** A server that hangs must not keep a verification waiting. */
const verifyTimeoutMs = 10_000;

/** Failures of a session whose role was dropped, or has lost its privileges: insufficient_privilege, undefined_object. */
const endedCodes: readonly unknown[] = ['42501', '42704'];

/** Returns a subclass of pg's pool, whose clients take the accepted credential when they are made. */
export async function rotatingClasses<T>(
  given: object,
  rotation: Rotation<T>,
  { follow, connection, closeMs }: PoolSetup<T>,
  isOnly: boolean, // then the end of the pool is the end of the rotation for it
): Promise<PgModule['Pool']> {
  const pg = given as PgModule; // of pg, whose classes have more members
  const credentials = new WeakMap<object, Credential<T>>();
  const pools = new Set<RotatingPool>();

  let connecting = 0;
  let hasPool = (_: RotatingPool): void => undefined;
  const firstPool = new Promise<RotatingPool>((resolve) => (hasPool = resolve)); // it has the address of the server

  const following = await rotation.follow({
    ...follow,
    async verify({ secret }) {
      const pool = await abortable(firstPool, following.signal);
      const timeout = { connectionTimeoutMillis: verifyTimeoutMs, ...pool.config };
      const client = new pg.Client({ ...timeout, ...connection(secret.reveal()) });
      client.on('error', ignore);
      try {
        await client.connect();
      } finally {
        await client.end().catch(ignore);
      }
    },
    install() {
      for (const pool of pools) setTimeout(() => void pool.discardIdle()); // after the swap; it never rejects
    },
    async onClose() {
      await Promise.all([...pools].map((pool) => pool.end()));
    },
  });

  class RotatingClient extends pg.Client {
    constructor(config: PgConfig) {
      const { credential } = following;
      super({ ...config, ...connection(credential.secret.reveal()) });
      credentials.set(this, credential);
      this.on('error', ignore); // pg emits one also between checkouts, which would end the process
      this.connection?.on('errorMessage', ({ code }) => {
        if (endedCodes.includes(code)) following.reportEnd(credential);
      });
    }

    override connect(): Promise<unknown>;
    override connect(callback: (error?: unknown) => void): void;
    /** The pool calls it for checkouts that it had queued before a login was refused, too. */
    override connect(callback?: (error?: unknown) => void): Promise<unknown> | undefined {
      if (!callback) return super.connect();
      const refusal = following.refusal(connecting > 0);
      if (refusal) {
        queueMicrotask(() => callback(refusal));
        return undefined;
      }
      connecting += 1;
      super.connect((error) => {
        connecting -= 1;
        callback(error);
      });
      return undefined;
    }
  }

  class RotatingPool extends pg.Pool {
    readonly config: PgConfig;
    readonly #checkouts: Checkouts<PgPoolClient>;

    constructor(config: PgConfig = {}) {
      super({ ...config, Client: RotatingClient });
      this.config = config;
      this.#checkouts = checkouts<T, PgPoolClient>(
        following,
        {
          take: () => super.connect(),
          discard: (client) => client.release(true),
          credentialOf: (client) => credentials.get(client),
          hasIdle: () => this.idleCount > this.waitingCount,
          end: () => super.end(),
          cut: (client) => client.end(),
        },
        closeMs,
      );
      pools.add(this);
      hasPool(this);
      this.on('error', ignore); // of an idle client, which the pool removes
      this.on('connect', (client) => void client.once('end', this.#checkouts.opened(client)));
      this.on('release', (_, client) => {
        if (credentials.get(client) !== following.credential) setTimeout(() => void this.discardIdle()); // it never rejects
      });
    }

    override connect(): Promise<PgPoolClient>;
    override connect(callback: Checkout): void;
    override connect(callback?: Checkout): Promise<PgPoolClient> | undefined {
      const checkout = this.#checkouts.take();
      if (!callback) return checkout;
      const call = (...results: Parameters<Checkout>): void => queueMicrotask(() => callback(...results)); // may throw
      checkout.then(
        (client) => call(undefined, client, client.release),
        (error: unknown) => call(error, undefined, ignore),
      );
      return undefined;
    }

    /** Removes the idle clients of a replaced credential. */
    async discardIdle(): Promise<void> {
      if (this.#checkouts.isEnded) return;
      const idle = Array.from({ length: this.idleCount - this.waitingCount }, () => super.connect());
      await Promise.allSettled(
        idle.map(async (checkout) => {
          const client = await checkout;
          client.release(credentials.get(client) !== following.credential);
        }),
      );
    }

    override async end(callback?: () => void): Promise<void> {
      await this.#checkouts.end();
      pools.delete(this);
      if (isOnly) void following.close(); // it waits for this
      callback?.();
    }
  }

  return RotatingPool;
}
