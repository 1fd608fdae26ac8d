import {
  type CallContext,
  type Secret,
  type SecretErrorCode,
  type SecretRef,
} from '@secretkit/core/provider';
import { type Guard, noContext } from './guard.js';
import type { Opened } from './judge.js';
import type { SharedCacheCodec } from './options.js';
import * as scripts from './scripts.js';
import type { SecretKeys, SecretState, SecretStates } from './secret-state.js';

/** The lease that another process has. */
export interface OtherLease {
  readonly is: 'held' | 'cooldown' | 'direct';
  readonly token: string;
  /** How long it lasts, in milliseconds. */
  readonly leftMs: number;
  /** Why the last read of the fleet failed, in a cooldown. */
  readonly code: SecretErrorCode | undefined;
  /** The token of the record beside it; empty if there is none. */
  readonly recordToken: string;
}

/** A record with the token that it was stored under. `opened` is absent if it does not open. */
export interface FoundRecord {
  readonly token: string;
  readonly opened: Opened | undefined;
}

/** What an attempt to take the lease finds. `absent`: there is no Redis. */
export type Attempt =
  | { readonly found: FoundRecord }
  | { readonly lease: OtherLease }
  | { readonly taken: string }
  | 'absent';

/** The records and leases in Redis. All methods but the reads do nothing if Redis is down. */
export interface SharedRecords {
  keysOf(state: SecretState): Promise<SecretKeys>;
  find(state: SecretState, ctx: CallContext): Promise<FoundRecord | 'none' | 'absent'>;
  take(state: SecretState, ignored: Iterable<string>, ctx: CallContext): Promise<Attempt>;
  renew(state: SecretState, token: string): Promise<void>;
  store(
    state: SecretState,
    token: string,
    content: { readonly secret: Secret | undefined; readonly fetchedAt: Date },
    forMs: number,
  ): Promise<boolean>;
  release(state: SecretState, token: string): Promise<void>;
  /** Leaves a lease that reports the failure, or that the secret is read directly. */
  leave(state: SecretState, token: string, what: SecretErrorCode | 'direct', forMs: number): Promise<void>;
  evict(state: SecretState): Promise<void>;
}

/** How long a lease lasts, unless it is renewed, in milliseconds. */
export const leaseMs = 2_000;

export function sharedRecords(
  guard: Guard,
  codec: SharedCacheCodec,
  { principal, use }: { readonly principal: string; readonly use: string },
  states: SecretStates,
): SharedRecords {
  const refOf = ({ identity: { ref } }: SecretState): SecretRef => withoutEmptyScope(ref);

  async function keysOf(state: SecretState): Promise<SecretKeys> {
    if (state.keys) return state.keys;
    const ref = refOf(state);
    const [names, topics] = await Promise.all([
      codec.names({ use, ref, principal }),
      codec.names({ use, ref }),
    ]);
    const [pair, ...others] = names.map(
      (name) => [`${prefix}{${name}}:value`, `${prefix}{${name}}:lease`] as const,
    );
    const [topic] = topics;
    if (!pair || topic === undefined)
      throw new TypeError('sharedCache: codec.names must return a name for each key.');
    const keys = state.keys ?? { pair, others, topic };
    states.named(state, keys);
    return keys;
  }

  async function open(state: SecretState, text: unknown): Promise<FoundRecord> {
    const value = typeof text === 'string' ? text : '';
    const token = value.slice(0, scripts.tokenLength);
    const context = { use, ref: refOf(state), principal };
    const result = await codec.open(context, value.slice(scripts.tokenLength)).catch(() => undefined);
    return { token, opened: result?.opened === true ? result : undefined };
  }

  async function run(state: SecretState, script: string, args: readonly string[]): Promise<unknown> {
    const { pair } = await keysOf(state);
    return (await guard.eval(script, pair, args, noContext))?.reply;
  }

  return {
    keysOf,

    async find(state, ctx) {
      const { pair } = await keysOf(state);
      const replied = await guard.get(pair[0], ctx);
      if (!replied) return 'absent';
      return replied.reply === null || replied.reply === undefined ? 'none' : open(state, replied.reply);
    },

    async take(state, ignored, ctx) {
      const { pair } = await keysOf(state);
      const token = newToken();
      const replied = await guard.eval(scripts.take, pair, [token, String(leaseMs), ...ignored], ctx);
      if (!replied) return 'absent';
      const [what, text, leftMs, recordToken] = Array.isArray(replied.reply)
        ? (replied.reply as unknown[])
        : [];
      if (what === 'taken') return { taken: token };
      if (what === 'record') return { found: await open(state, text) };
      if (what === 'lease') return { lease: leaseOf(text, leftMs, recordToken) };
      return 'absent'; // another program answers
    },

    async renew(state, token) {
      await run(state, scripts.renew, [token, String(leaseMs)]);
    },

    async store(state, token, content, forMs) {
      const record = await codec.seal({ use, ref: refOf(state), principal }, content);
      return (await run(state, scripts.store, [token, token + record, String(forMs)])) === 1;
    },

    async release(state, token) {
      await run(state, scripts.release, [token]);
    },

    async leave(state, token, what, forMs) {
      const lease = what === 'direct' ? `D${token}` : `C${token}${what}`;
      await run(state, scripts.replace, [token, lease, String(Math.max(1, Math.ceil(forMs)))]);
    },

    async evict(state) {
      const { pair, others } = await keysOf(state);
      await Promise.all([pair, ...others].map((keys) => guard.eval(scripts.evict, keys, [], noContext)));
    },
  };
}

/** The failures of one process that all others share. */
export const sharedCodes = ['rate_limited', 'unavailable', 'timeout'] as const;

/** The longest cooldown, in milliseconds: as that of a cache, ten times its default. */
export const maxCooldownMs = 300_000;

const prefix = 'secretkit:shared:';

function leaseOf(text: unknown, leftMs: unknown, recordToken: unknown): OtherLease {
  const lease = typeof text === 'string' ? text : '';
  const token = lease.slice(1, 1 + scripts.tokenLength);
  const word = lease.slice(1 + scripts.tokenLength);
  const code = sharedCodes.find((each) => each === word) ?? 'unavailable';
  const left = Math.min(maxCooldownMs, Math.max(0, Number(leftMs) || 0));
  const is = lease.startsWith('C') ? 'cooldown' : lease.startsWith('D') ? 'direct' : 'held';
  return {
    is,
    token,
    leftMs: left,
    code: is === 'cooldown' ? code : undefined,
    recordToken: typeof recordToken === 'string' ? recordToken : '',
  };
}

/** A scope without fields is the default scope, and a codec refuses it. */
function withoutEmptyScope(ref: SecretRef): SecretRef {
  const { name, scope } = ref;
  return scope && scope.account === undefined && scope.user === undefined ? { name } : ref;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Two processes must never have the same token, so its random bits are those of the platform. */
function newToken(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(scripts.tokenLength));
  return Array.from(bytes, (byte) => alphabet[byte % 64]).join('');
}
