import { errorRules, isSecretError, type Secret, SecretError, withFields } from '@secretkit/core/provider';
import { missing, type Outcome } from './answer-to.js';
import type { LiveEvent } from './live-event.js';
import { parseSecret } from './parse-secret.js';
import type { Request } from './read-specs.js';
import { tell } from './tell.js';

/** One property of a view. */
export interface LiveProperty {
  /** What it is now. Where nothing fresh is in memory, a background read is started. */
  read(): Secret<unknown> | undefined;
  /** A value has come, whoever asked for it. */
  arrive(raw: Secret): void;
  /** @returns What ends it. */
  listen(listener: (secret: Secret<unknown>) => unknown): () => void;
}

/** What all properties of a view share. */
export interface Surroundings {
  peek(request: Request): Secret | undefined;
  get(request: Request): Promise<Secret | undefined>;
  emit(event: LiveEvent): void;
  now(): number;
  readonly restMs: number;
  /** Has the view been closed? */
  readonly closed: boolean;
}

export function liveProperty(request: Request, loaded: Outcome, around: Surroundings): LiveProperty {
  const { at: key, ref, absent } = request;
  const listeners = new Set<(secret: Secret<unknown>) => unknown>();
  let held = loaded;
  let lastValue = loaded.raw; // for the comparison, also when it is held no longer
  let seen = loaded.raw; // accepted or refused: it is not looked at twice
  let barrier: SecretError | undefined; // what is given in place of a value, until there is one again
  let isAsking = false;
  let restsSince: number | undefined;

  function current(): { readonly secret: Secret<unknown> | undefined } | SecretError {
    if (barrier) return barrier;
    if (!isPast(held.raw?.expiresAt)) return { secret: held.secret };
    return absent ? { secret: absent.value } : expired(request);
  }

  function isPast(expiresAt: Date | undefined): boolean {
    return expiresAt !== undefined && expiresAt.getTime() <= around.now();
  }

  function isResting(): boolean {
    if (restsSince === undefined) return false;
    const restedMs = around.now() - restsSince;
    return restedMs >= 0 && restedMs < around.restMs; // below 0: the clock has been set back
  }

  async function ask(): Promise<void> {
    isAsking = true;
    try {
      const answer = await around.get(request);
      const fresh = around.peek(request); // what came meanwhile is newer
      if (!fresh) restsSince = around.now();
      if (fresh ?? answer) arrive((fresh ?? answer) as Secret);
      else leave();
    } catch (error) {
      restsSince = around.now();
      if (!around.closed) fail(error);
    } finally {
      isAsking = false;
    }
  }

  function arrive(raw: Secret): void {
    if (seen && sameState(seen, raw)) return;
    seen = raw;
    const secret = parseSecret(request, raw);
    if (isSecretError(secret)) {
      around.emit({ type: 'refused', key, ref, code: secret.code });
      return;
    }
    const isNew = lastValue?.reveal() !== raw.reveal();
    held = { secret, raw };
    lastValue = raw;
    barrier = undefined;
    if (isNew) for (const listener of [...listeners]) tell(listener, secret);
  }

  /** There is no such secret any more. */
  function leave(): void {
    const wasThere = held.raw !== undefined;
    held = { secret: absent?.value };
    seen = undefined;
    barrier = absent ? undefined : missing(request);
    if (wasThere) around.emit({ type: 'missing', key, ref, code: 'not_found' });
  }

  function fail(thrown: unknown): void {
    const error = isSecretError(thrown) ? thrown : new SecretError('unknown', 'the read failed.', { ref });
    const { code } = error;
    if (!errorRules[code].staleAllowed) {
      barrier = error;
      seen = undefined;
    }
    around.emit({ type: 'failure', key, ref, code });
  }

  return {
    read() {
      const fresh = around.peek(request);
      if (fresh) arrive(fresh);
      const answer = current();
      if (!fresh && !isAsking && (isSecretError(answer) || !isResting())) void ask(); // it handles its failures
      if (isSecretError(answer)) throw withFields(answer, {});
      return answer.secret;
    },
    arrive,
    listen(listener) {
      const own = (secret: Secret<unknown>): unknown => listener(secret); // the same function may be given twice
      listeners.add(own);
      return () => listeners.delete(own);
    },
  };
}

function expired({ ref }: Request): SecretError {
  const problem =
    'its value has expired, and no other one could be had. Renew it in the store; onEvent tells of reads that fail.';
  return new SecretError('not_found', problem, { ref });
}

/** Is it the same value, with the same facts about it? */
function sameState(one: Secret, other: Secret): boolean {
  return (
    one === other ||
    (one.reveal() === other.reveal() &&
      one.version === other.version &&
      one.expiresAt?.getTime() === other.expiresAt?.getTime() &&
      one.createdAt?.getTime() === other.createdAt?.getTime() &&
      one.staleSince?.getTime() === other.staleSince?.getTime())
  );
}
