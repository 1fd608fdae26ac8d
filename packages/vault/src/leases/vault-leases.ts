import {
  type CallContext,
  isolatesRequests,
  kindOf,
  own,
  type Secret,
  SecretError,
  type SecretRef,
  seal,
} from '@secretkit/core/provider';
import type { HttpFailure } from '@secretkit/http';
import { objectIn, secondsIn, textIn } from '../answer-fields.js';
import { jsonProblem } from '../kv-value.js';
import type { Login } from '../login.js';
import { segmentsOf } from '../secret-path.js';
import { mountSegments } from '../vault-auth.js';
import type { VaultCall } from '../vault-calls.js';
import { isNothing, textsIn } from '../vault-errors.js';
import type { VaultSend } from '../vault-http.js';
import type { VaultToken } from '../vault-token.js';
import { givenTokenLife } from './given-token-life.js';
import type { LeaseBackend, LoginLife } from './lease.js';
import { leaseClock } from './lease-clock.js';
import { type LeftLease, leaseKeeper } from './lease-keeper.js';
import { staticRoles } from './static-roles.js';

export interface VaultLeasesOptions {
  readonly call: VaultCall;
  readonly send: VaultSend;
  readonly login: Login;
  /** Whether the login is ours: its end revokes its leases. */
  readonly isOwnLogin: boolean;
  /** The paths of the option `leases`. */
  readonly paths: readonly string[];
  readonly now: (() => number) | undefined;
  readonly random: () => number;
}

/** The secrets that the server makes for a reader, for a time. */
export interface VaultLeases {
  /** Whether the name of a ref is below one of the paths. */
  has(ref: SecretRef): boolean;
  get(ref: SecretRef, ctx: CallContext): Promise<Secret | undefined>;
  hold(ref: SecretRef, version: string): Disposable;
  /** Revokes the leases if their login is not ours. @throws `unavailable` that names those that are left. */
  close(): Promise<void>;
}

/** How long `close` may take, in milliseconds. A login is closed after its leases, and takes as long again. */
const closeMs = { ofOwnLogin: 2_500, ofGivenToken: 5_000 };

const lookUpMs = 1_000;

const lost = /lease not found|invalid lease|lease expired|past the max TTL/i;

export function vaultLeases({
  call,
  send,
  login,
  isOwnLogin,
  paths,
  now,
  random,
}: VaultLeasesOptions): VaultLeases {
  const clock = leaseClock(now);
  const wallMs = (): number => clock.read().wallMs;
  const metaOf = staticRoles(wallMs);
  const lifeOf = givenTokenLife(send, login, () => clock.read().monotonicMs);
  let keeping: Disposable | undefined;

  const backend: LeaseBackend = {
    async mint({ name }, signal) {
      keeping ??= login.keepAlive();
      const answer = await call({ path: segmentsOf(name), signal, isAnswer: isMissing });
      const { body, headers, token } = answer;
      if (answer.status >= 400) return undefined;
      const data = objectIn(body, 'data');
      if (!data) throw noSecret();
      const id = textIn(body, 'lease_id');
      const seconds = secondsIn(body);
      const problem = problemOf(body, data, seconds);
      if (problem !== undefined) {
        if (id !== undefined) await backend.revoke(id, signal).catch(() => undefined); // it ends with its lease
        throw new SecretError('invalid_data', problem);
      }
      const value = JSON.stringify(data);
      if (id === undefined) return seal(value, metaOf(name, data));
      return {
        id,
        value,
        durationMs: (seconds ?? 0) * 1_000, // it has one
        ageMs: ageOf(headers),
        renewable: (body as { readonly renewable?: unknown } | undefined)?.renewable === true,
        login: isOwnLogin ? token : await lookUp(token, signal),
      };
    },

    async renew(leaseId, incrementMs, signal) {
      const { status, body } = await call({
        method: 'POST',
        path: ['sys', 'leases', 'renew'],
        body: { lease_id: leaseId, increment: Math.ceil(incrementMs / 1_000) },
        signal,
        isAnswer: isLost,
      });
      if (status === 400) return 'lost';
      const seconds = secondsIn(body);
      if (seconds !== undefined) return { durationMs: seconds * 1_000 };
      throw new SecretError('invalid_data', 'the answer to a renewal has no duration. Check the address.');
    },

    async revoke(leaseId, signal) {
      await call({
        method: 'POST',
        path: ['sys', 'leases', 'revoke'],
        body: { lease_id: leaseId, sync: true },
        signal,
        isAnswer: isLost,
      });
    },
  };
  const keeper = leaseKeeper({ backend, clock, random });

  /** A server that does not say it soon must not keep an account from those who revoke it. */
  function lookUp(token: VaultToken | undefined, signal: AbortSignal): Promise<LoginLife | undefined> {
    const isSlow = clock.pause(lookUpMs, signal).catch(() => undefined);
    return Promise.race([lifeOf(token, signal), isSlow.then(() => undefined)]);
  }

  return {
    has: ({ name }) => paths.some((path) => name.startsWith(`${path}/`)),

    async get(ref, ctx) {
      if (isolatesRequests()) throw noTimers();
      if (ref.scope !== undefined) return undefined; // roles have no tenants
      segmentsOf(ref.name);
      const secret = await keeper.get({ name: ref.name }, ctx);
      return ref.version === undefined || secret?.version === ref.version ? secret : undefined;
    },

    hold: ({ name }, version) => keeper.hold({ name }, version),

    async close() {
      const withinMs = isOwnLogin ? closeMs.ofOwnLogin : closeMs.ofGivenToken;
      const left = await keeper.close({ revoke: !isOwnLogin, withinMs });
      keeping?.[Symbol.dispose]();
      if (!isOwnLogin && left.length > 0) throw notRevoked(left);
    },
  };
}

/** Returns the paths of the option. @throws `TypeError` for one that is not a path. */
export function checkLeases(owner: string, leases: unknown): readonly string[] {
  if (leases === undefined) return [];
  if (!Array.isArray(leases)) {
    throw new TypeError(
      `${owner}: leases must be a list of paths such as "database/creds", got ${kindOf(leases)}.`,
    );
  }
  return leases.map((path) => mountSegments(owner, path, 'leases').join('/'));
}

/** @throws `unsupported` for a call that writes a secret which the server makes. */
export function refuseWrite(): never {
  throw new SecretError(
    'unsupported',
    'the server makes this secret. Change its role in the server instead.',
  );
}

function isMissing(failure: HttpFailure): boolean {
  const isUnknown = failure.status === 400 && textsIn(failure).some((text) => /^unknown role\b/.test(text));
  return isUnknown || isNothing(failure);
}

function isLost(failure: HttpFailure): boolean {
  return failure.status === 400 && textsIn(failure).some((text) => lost.test(text));
}

/** Returns what is wrong with an answer that may have made an account; `undefined` if nothing is. */
function problemOf(body: object | undefined, data: object, seconds: number | undefined): string | undefined {
  const id = own(body as { readonly lease_id?: unknown } | undefined, 'lease_id') ?? '';
  if (typeof id !== 'string') return 'the id of the lease is not a text. Check the address.';
  if (id !== '' && !seconds) return 'the lease has no duration. Check the address, and the role.';
  const problem = jsonProblem(data);
  return problem && `the secret ${problem}. Check the address, and the role.`;
}

/** A proxy that gives an answer again says how old it is. */
function ageOf(headers: Headers): number {
  const seconds = Number(headers.get('age'));
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : 0;
}

function noTimers(): SecretError {
  const problem =
    'this runtime ends a timer with its request, so no lease can be kept. Read it in a process that lives.';
  return new SecretError('unsupported', problem);
}

function noSecret(): SecretError {
  return new SecretError('invalid_data', 'the answer has no data. Check the path, and the option leases.');
}

function notRevoked(left: readonly LeftLease[]): SecretError {
  const names = [...new Set(left.map(({ ref }) => ref.name))].join(', ');
  const seconds = Math.ceil(Math.max(0, ...left.map(({ leftMs = 0 }) => leftMs)) / 1_000);
  return new SecretError(
    'unavailable',
    `${left.length} leases could not be revoked (${names}). They end within ${seconds} s; or revoke them by their prefix.`,
  );
}
