import type { SecretRef } from '@secretkit/core';
import {
  invalid,
  isSecretError,
  SecretError,
  type SecretErrorCode,
  withFields,
} from '@secretkit/core/provider';
import { GrantFailure } from './grant-failure.js';
import type { HeaderSecret } from './header-secret.js';
import type { OAuthEvent } from './oauth-event.js';
import type { OAuthSettings } from './oauth-options.js';
import { backoffMs, pause, within } from './pause.js';
import type { Stored, StoredConnection } from './stored-connection.js';
import type { RequestGrant } from './token-endpoint.js';
import {
  encodeRecord,
  isSameRecord,
  type Lease,
  recordOf,
  renewsAtMs,
  type TokenRecord,
} from './token-record.js';
import { type UnsavedTokens, unsavedTokens } from './unsaved-tokens.js';

/** One connection in this process. */
export interface Connection {
  /** The tokens that this process used last. */
  readonly latest: TokenRecord | undefined;
  /** Whether the process must remember nothing about it. */
  readonly isIdle: boolean;
  /** Returns tokens that have not expired, renewed if needed. */
  current(): Promise<TokenRecord>;
  /** Returns tokens other than the refused one. */
  renewed(refused: string | undefined): Promise<TokenRecord>;
  /** Stores the first tokens. */
  create(record: TokenRecord): Promise<void>;
  remove(): Promise<void>;
  /** Resolves when no renewal and no write is in flight, or after `persistMs`. */
  settled(): Promise<void>;
}

export interface ConnectionParts {
  readonly ref: SecretRef;
  readonly stored: StoredConnection;
  readonly grant: RequestGrant;
  readonly header: HeaderSecret | undefined;
  readonly settings: OAuthSettings;
  /** The largest secret of the store, in characters. */
  readonly maxSize: number;
  /** Whether callers may wait for a renewal that another one began. */
  readonly shares: boolean;
  missing(): SecretError;
  emit(event: OAuthEvent): void;
}

/** Room for longer tokens than those of now. */
const reserve = 250;

export function connectionOf(parts: ConnectionParts): Connection {
  const { ref, stored, grant, header, settings, maxSize, shares, missing, emit } = parts;
  const { renewAheadMs, assumedLifeMs, timeoutMs, leaseMs, reuseWindowMs, persistMs, now } = settings;
  const waitMs = leaseMs + timeoutMs;
  const maxSendDelayMs = (leaseMs - timeoutMs) / 2; // the other half is for the write, and for clocks that differ
  let running: Promise<TokenRecord> | undefined;
  let latest: TokenRecord | undefined;
  let unsaved: UnsavedTokens | undefined;
  let ended: { readonly record: TokenRecord; readonly failure: SecretError } | undefined;
  let cooldown: { readonly untilMs: number; readonly failure?: SecretError } | undefined;
  let failures = 0;

  const isValid = (record: TokenRecord): boolean => record.expiresAtMs > now();
  const isFresh = (record: TokenRecord): boolean => renewsAtMs(record, renewAheadMs) > now();
  const hasEnded = (record: TokenRecord): boolean =>
    ended !== undefined && isSameRecord(ended.record, record);
  const problem = (code: SecretErrorCode, text: string): SecretError =>
    new SecretError(code, text, { provider: 'oauth', ref });

  function cool(failure?: SecretError): void {
    const ms = Math.max(failure?.retryAfterMs ?? 0, backoffMs(failures, 1_000, 60_000));
    failures += 1;
    cooldown = { untilMs: performance.now() + Math.min(ms, 600_000), ...(failure && { failure }) };
  }

  function reset(): void {
    failures = 0;
    cooldown = undefined;
    ended = undefined;
  }

  function used(record: TokenRecord): TokenRecord {
    if (!isValid(record)) {
      throw problem(
        'unavailable',
        'the tokens expired during the renewal. Check the clock of this host, and try again.',
      );
    }
    latest = record;
    header?.check(record);
    return record;
  }

  async function current(): Promise<TokenRecord> {
    const record = unsaved?.record ?? (await stored.read());
    if (!record) throw missing();
    const isDead = hasEnded(record);
    if (isFresh(record) && !isDead) return used(record);
    const isServable = isValid(record) && !isDead;
    if (cooldown && performance.now() < cooldown.untilMs) {
      if (isServable) return used(record);
      if (isDead && ended) throw ended.failure;
      const { failure } = cooldown;
      if (failure && (!failure.retryable || failure.retryAfterMs !== undefined)) throw failure;
    }
    const renewing = renewed(undefined);
    if (isServable && shares) {
      renewing.catch(() => undefined); // an event reports it
      return used(record);
    }
    try {
      return used(await renewing);
    } catch (error) {
      if (isServable && isValid(record) && !hasEnded(record)) return used(record);
      throw error;
    }
  }

  async function renewed(refused: string | undefined): Promise<TokenRecord> {
    if (!shares) return renew(refused);
    if (running) {
      const record = await running;
      if (record.accessToken !== refused) return record;
    }
    running ??= renew(refused).finally(() => (running = undefined));
    return running;
  }

  async function renew(refused: string | undefined): Promise<TokenRecord> {
    try {
      const record = await exchange(refused);
      latest = record;
      return record;
    } catch (error) {
      const found = error instanceof GrantFailure ? error.failure : error;
      const failure = isSecretError(found)
        ? withFields(found, { provider: found.provider ?? 'oauth', ref: found.ref ?? ref })
        : problem('unknown', 'the renewal failed. Its reason is withheld, since it may quote a token.');
      if (ended?.failure === found) throw failure;
      cool(failure);
      if (failure.code !== 'not_found') emit({ kind: 'failed', ref, code: failure.code });
      throw failure;
    }
  }

  /** Reads, waits for others, and exchanges the refresh token, until there are tokens that are fresh and not refused. */
  async function exchange(refused: string | undefined): Promise<TokenRecord> {
    const id = crypto.randomUUID();
    const startedAt = performance.now();
    const isLate = (): boolean => performance.now() - startedAt > waitMs;
    let seen: { readonly id: string; readonly at: number } | undefined;
    let hasSent = false;

    for (let round = 0; ; round += 1) {
      if (round > 0 && isLate()) {
        throw problem(
          'unavailable',
          `other processes renew this connection, or the store is slow: ${waitMs} ms passed. Try again.`,
        );
      }
      const pending = await pendingTokens();
      if (pending) {
        if (isValid(pending) && pending.accessToken !== refused) return pending;
        throw problem(
          'unavailable',
          'the store does not take the tokens of the last renewal. Check the store.',
        );
      }
      const found = await stored.readFresh();
      if (!found) throw missing();
      const { record } = found;
      if (hasEnded(record) && ended) {
        cool();
        throw ended.failure;
      }
      if (isFresh(record) && record.accessToken !== refused) {
        reset();
        return record;
      }
      const isServable = isValid(record) && record.accessToken !== refused;
      const lease = found.lease?.of === record.id ? found.lease : undefined;
      if (lease && lease.id !== id && lease.untilMs > now()) {
        if (isServable) {
          cool();
          return record;
        }
        if (seen?.id !== lease.id) seen = { id: lease.id, at: performance.now() };
        const isOver = performance.now() - seen.at >= leaseMs; // by this host's clock
        if (!isOver) {
          await pause(backoffMs(round, 100, 1_000));
          continue;
        }
      }
      const mayBeUsed = lease !== undefined && (lease.id !== id || hasSent);
      if (mayBeUsed && isServable && now() - lease.sentAtMs >= reuseWindowMs) {
        cool(); // another use could end the connection, and these tokens are still good
        return record;
      }
      checkSize(record);

      const askedAt = performance.now();
      const issuedAtMs = now();
      const sentAtMs = mayBeUsed ? lease.sentAtMs : issuedAtMs;
      const own: Lease = { id, of: record.id, untilMs: issuedAtMs + leaseMs, sentAtMs };
      const leased = await stored.acquire(found, own);
      if (!leased) {
        await pause(backoffMs(round, 20, 500));
        continue;
      }
      const isInTime = (): boolean => performance.now() - askedAt <= maxSendDelayMs;
      let next: TokenRecord | undefined;
      try {
        next = recordOf(await grant(record.refreshToken, isInTime), { issuedAtMs, assumedLifeMs }, record);
      } catch (error) {
        const outcome = error instanceof GrantFailure ? error.outcome : 'kept';
        if (outcome === 'ended') {
          await lookAgain(record);
          continue;
        }
        if (outcome === 'lost' && now() - sentAtMs < reuseWindowMs) {
          hasSent = true;
          await pause(backoffMs(round, 100, 1_000));
          continue;
        }
        await quietly(
          stored.release(leased, outcome === 'lost' || mayBeUsed ? { ...own, untilMs: 0 } : undefined),
        );
        if (outcome === 'late') continue;
        throw error;
      }
      if (next && (await keep(next, leased))) return next;
    }
  }

  /** @throws `unauthenticated` if the store has no other tokens than the refused ones. */
  async function lookAgain(refused: TokenRecord): Promise<void> {
    const found = await stored.readFresh();
    if (!found) throw missing();
    if (!isSameRecord(found.record, refused)) return;
    const failure = problem(
      'unauthenticated',
      'the server refused the refresh token. Ask the user to connect again.',
    );
    ended = { record: refused, failure };
    cool();
    emit({ kind: 'ended', ref });
    throw failure;
  }

  /** Stores new tokens. Returns false if others have replaced them meanwhile. @throws `not_found` after a removal. */
  async function keep(record: TokenRecord, presented: Stored): Promise<boolean> {
    const tokens = unsavedTokens(record, () => stored.save(record, presented));
    unsaved = tokens;
    const saving = tokens.result.then(async (result) => {
      if (unsaved === tokens) unsaved = undefined;
      if (tokens.isAnnounced && result !== 'dropped') emit({ kind: 'saved', ref });
      if (result === 'saved') {
        reset();
        emit({ kind: 'renewed', ref, expiresAt: new Date(record.expiresAtMs) });
        await header?.write(record);
      } else if (result !== 'dropped') emit({ kind: 'discarded', ref, reason: result });
      return result;
    });
    const result = await within(persistMs, saving);
    if (result === 'saved') return true;
    if (result === 'removed' || result === 'dropped') throw missing();
    if (result === 'replaced') return false;
    tokens.isAnnounced = true;
    emit({ kind: 'unsaved', ref, code: tokens.code });
    return true;
  }

  /** Returns the tokens that the store does not take, after a wait. */
  async function pendingTokens(): Promise<TokenRecord | undefined> {
    const tokens = unsaved;
    if (!tokens || (await within(persistMs, tokens.result))) return undefined;
    return tokens.record;
  }

  function checkSize(record: TokenRecord): void {
    const size = encodeRecord(record).length + reserve;
    if (size <= maxSize) return;
    throw withFields(
      invalid(
        `the tokens need ${size} characters, of which ${reserve} are a reserve, and the store takes ${maxSize}. ` +
          'Use a store for larger values, such as @secretkit/sealed, or ask the server for shorter tokens.',
      ),
      { provider: 'oauth', ref },
    );
  }

  return {
    get latest() {
      return latest;
    },
    get isIdle() {
      return !running && !unsaved;
    },
    current,
    async renewed(refused) {
      return used(await renewed(refused));
    },
    async create(record) {
      checkSize(record);
      unsaved?.drop();
      unsaved = undefined;
      await stored.create(record);
      reset();
      latest = record;
      await header?.write(record);
    },
    async remove() {
      unsaved?.drop();
      unsaved = undefined;
      latest = undefined;
      reset();
      await stored.remove();
      await header?.remove();
    },
    async settled() {
      await within(persistMs, Promise.allSettled([running, unsaved?.result]));
    },
  };
}

/** Waits for work whose failure changes nothing: a lease that is not released ends by itself. */
async function quietly(work: Promise<void>): Promise<void> {
  await work.catch(() => undefined);
}
