import type { SecretRef } from '@secretkit/core';
import { isSecretError, type Secret, SecretError, withFields } from '@secretkit/core/provider';
import { pause } from './pause.js';
import {
  decodeLease,
  decodeRecord,
  encodeLease,
  encodeRecord,
  isSameRecord,
  type Lease,
  type TokenRecord,
} from './token-record.js';
import type { TokenStore } from './token-store.js';

/** A connection as the store has it. */
export interface Stored {
  readonly record: TokenRecord;
  readonly lease?: Lease | undefined;
  readonly version?: string | undefined;
}

/** What happened to new tokens: the store has them, or the connection was removed, or another set of tokens is there. */
export type SaveResult =
  | { readonly kind: 'saved' | 'removed' }
  | { readonly kind: 'replaced'; readonly by: TokenRecord };

/** The secret of one connection. Each method throws as the client of the store does. */
export interface StoredConnection {
  /** Reads the tokens, from memory if a cache has them. */
  read(): Promise<TokenRecord | undefined>;
  /** Reads tokens and lease from the backend. */
  readFresh(): Promise<Stored | undefined>;
  /** Writes the lease if nobody has changed the connection. Returns `undefined` if another process was faster. */
  acquire(stored: Stored, lease: Lease): Promise<Stored | undefined>;
  /** Ends the lease; with `sent`, keeps the mark that the refresh token may have been used. */
  release(stored: Stored, sent?: Lease): Promise<void>;
  /** Replaces the tokens that were `presented`, and no others. */
  save(record: TokenRecord, presented: Stored): Promise<SaveResult>;
  /** Writes the first tokens, whatever was there before. */
  create(record: TokenRecord): Promise<void>;
  remove(): Promise<void>;
}

/** Parses each value of the store once. */
type Decode = (secret: Secret) => Omit<Stored, 'version'>;

function decoder(ref: SecretRef): Decode {
  const decoded = new WeakMap<Secret, Omit<Stored, 'version'>>();
  return (secret) => {
    const known = decoded.get(secret);
    if (known) return known;
    try {
      const stored = decodeRecord(secret.reveal());
      decoded.set(secret, stored);
      return stored;
    } catch (error) {
      throw isSecretError(error) ? withFields(error, { ref }) : error;
    }
  };
}

/** Returns the connection in a store that compares: the lease is in the same secret, so a write of either notices the other. */
export function comparedConnection(
  secrets: Pick<TokenStore, 'get' | 'delete'> & Required<Pick<TokenStore, 'compareAndSet' | 'set'>>,
  ref: SecretRef,
): StoredConnection {
  const decode = decoder(ref);

  async function readFresh(): Promise<Stored | undefined> {
    const secret = await secrets.get(ref, { fresh: true });
    return secret && { ...decode(secret), version: secret.version };
  }

  /** Returns `undefined` after a conflict. */
  async function write(
    record: TokenRecord,
    lease: Lease | undefined,
    { version }: Stored,
  ): Promise<Stored | undefined> {
    if (version === undefined) {
      const problem = 'the store compares versions, and reports none. Fix the provider.';
      throw new SecretError('invalid_data', problem, { ref });
    }
    try {
      const written = await secrets.compareAndSet(ref, encodeRecord(record, lease), version);
      return { record, lease, version: written.version };
    } catch (error) {
      if (isSecretError(error, 'conflict')) return undefined;
      throw error;
    }
  }

  return {
    async read() {
      const secret = await secrets.get(ref);
      return secret && decode(secret).record;
    },
    readFresh,
    acquire: (stored, lease) => write(stored.record, lease, stored),
    async release(stored, sent) {
      await write(stored.record, sent, stored); // after a conflict the lease is another's
    },
    async save(record, presented) {
      for (let stored: Stored | undefined = presented; ; ) {
        if (await write(record, undefined, stored)) return { kind: 'saved' };
        stored = await readFresh();
        if (!stored) return { kind: 'removed' };
        if (isSameRecord(stored.record, record)) return { kind: 'saved' };
        if (!isSameRecord(stored.record, presented.record)) return { kind: 'replaced', by: stored.record };
      }
    },
    async create(record) {
      await secrets.set(ref, encodeRecord(record));
    },
    remove: () => secrets.delete(ref),
  };
}

/** After the write of a lease, how long another writer's may still arrive. */
const settleMs = 150;

/**
 * Returns the connection in a store that does not compare. The lease is a secret of its own, so that a late write of a lease
 * replaces no tokens. It is written, and read again after a moment: the last writer has it.
 */
export function uncomparedConnection(secrets: TokenStore, ref: SecretRef): StoredConnection {
  const leaseRef = { ...ref, name: `${ref.name}.lease` };
  const decode = decoder(ref);
  let removals = 0;

  async function readLease(): Promise<Lease | undefined> {
    const secret = await secrets.get(leaseRef, { fresh: true });
    return secret && decodeLease(secret.reveal());
  }

  async function readFresh(): Promise<Stored | undefined> {
    const [secret, lease] = await Promise.all([secrets.get(ref, { fresh: true }), readLease()]);
    return secret && { record: decode(secret).record, lease };
  }

  return {
    async read() {
      const secret = await secrets.get(ref);
      return secret && decode(secret).record;
    },
    readFresh,
    async acquire({ record }, lease) {
      await secrets.set(leaseRef, encodeLease(lease));
      await pause(settleMs);
      const stored = await readFresh();
      const isOurs = stored?.lease?.id === lease.id && isSameRecord(stored.record, record);
      return isOurs ? stored : undefined;
    },
    async release(stored, sent) {
      if ((await readLease())?.id !== stored.lease?.id) return;
      await (sent ? secrets.set(leaseRef, encodeLease(sent)) : secrets.delete(leaseRef));
    },
    async save(record, presented) {
      const before = removals;
      const secret = await secrets.get(ref, { fresh: true });
      if (!secret) return { kind: 'removed' };
      const { record: current } = decode(secret);
      if (isSameRecord(current, record)) return { kind: 'saved' };
      if (!isSameRecord(current, presented.record)) return { kind: 'replaced', by: current };
      await secrets.set(ref, encodeRecord(record));
      if (removals === before) return { kind: 'saved' };
      await secrets.delete(ref); // it was removed by this process during the write
      return { kind: 'removed' };
    },
    async create(record) {
      await secrets.set(ref, encodeRecord(record));
    },
    async remove() {
      removals += 1;
      await secrets.delete(ref);
      await secrets.delete(leaseRef);
    },
  };
}
