import {
  errorRules,
  hasExpired,
  isSecretError,
  type Secret,
  SecretError,
  withFields,
} from '@secretkit/core/provider';
import type { LiveEvent } from './live-event.js';
import { notify } from './notify.js';
import type { Outcome } from './outcome.js';
import { asyncProblem, mayHideAsyncStep, parseSecret } from './parse-secret.js';
import type { Request } from './read-specs.js';

/** One property of a view. */
export interface LiveProperty {
  /** Returns the current value. Starts a background read if memory has no fresh value. */
  read(): Secret<unknown> | undefined;
  /** Returns the text that stands for the current value when the view is printed. Reads nothing and throws nothing. */
  print(): string | undefined;
  /** Applies a value that any read has found. */
  applyValue(raw: Secret): void;
  /** Returns the function that removes the listener. */
  addListener(listener: (secret: Secret<unknown>) => unknown): () => void;
}

/** The parts of a view that all its properties share. */
export interface Context {
  peek(request: Request): Secret | undefined;
  get(request: Request): Promise<Secret | undefined>;
  missing(request: Request): SecretError;
  emit(event: LiveEvent): void;
  now(): number;
  readonly refreshCooldownMs: number;
  /** Whether the view has been closed. */
  readonly closed: boolean;
}

export function liveProperty(request: Request, loaded: Outcome, view: Context): LiveProperty {
  const { at: key, ref, absent } = request;
  const listeners = new Set<(secret: Secret<unknown>) => unknown>();
  let current = loaded;
  let lastValue = loaded.raw; // for the comparison, even after the secret was missing
  let lastSeen = loaded.raw; // accepted or refused: it is not parsed twice
  // Its schema is known to be synchronous.
  let isProven = !request.schema || (loaded.raw !== undefined && !mayHideAsyncStep(request));
  let blocking: SecretError | undefined; // thrown instead of a value, until there is a new one
  let isReading = false;
  let cooldownSince: number | undefined;

  function answer(): { readonly secret: Secret<unknown> | undefined } | SecretError {
    if (blocking) return blocking;
    if (!current.raw || !hasExpired(current.raw, view.now())) return { secret: current.secret };
    return absent ? { secret: absent.value } : expired(request);
  }

  function isCoolingDown(): boolean {
    if (cooldownSince === undefined) return false;
    const passedMs = view.now() - cooldownSince;
    return passedMs >= 0 && passedMs < view.refreshCooldownMs; // a clock that is set back lengthens no cooldown
  }

  async function refresh(): Promise<void> {
    isReading = true;
    try {
      const found = await view.get(request);
      const fresh = view.peek(request); // newer than the result of a slow read
      if (!fresh) cooldownSince = view.now();
      const raw = fresh ?? found;
      if (raw) applyValue(raw);
      else applyMissing();
    } catch (error) {
      cooldownSince = view.now();
      if (!view.closed) applyFailure(error);
    } finally {
      isReading = false;
    }
  }

  function applyValue(raw: Secret): void {
    if (lastSeen && sameState(lastSeen, raw)) return;
    lastSeen = raw;
    if (isProven) applyParsed(raw, parseSecret(request, raw));
    else void applyUnproven(raw);
  }

  async function applyUnproven(raw: Secret): Promise<void> {
    const problem = await asyncProblem(request, raw); // it does not reject
    if (lastSeen !== raw || view.closed) return;
    const secret = problem ?? parseSecret(request, raw);
    isProven = !isSecretError(secret) && !mayHideAsyncStep(request);
    applyParsed(raw, secret);
  }

  function applyParsed(raw: Secret, secret: Secret<unknown> | SecretError): void {
    if (isSecretError(secret)) {
      view.emit({ type: 'refused', key, ref, code: secret.code });
      return;
    }
    const hasChanged = lastValue?.reveal() !== raw.reveal();
    current = { secret, raw };
    lastValue = raw;
    blocking = undefined;
    if (hasChanged) for (const listener of [...listeners]) notify(listener, secret);
  }

  function applyMissing(): void {
    const existed = current.raw !== undefined;
    current = { secret: absent?.value };
    lastSeen = undefined;
    blocking = absent ? undefined : view.missing(request);
    if (existed) view.emit({ type: 'missing', key, ref, code: 'not_found' });
  }

  function applyFailure(thrown: unknown): void {
    const error = isSecretError(thrown) ? thrown : new SecretError('unknown', 'the read failed.', { ref });
    const { code } = error;
    if (!errorRules[code].staleAllowed) {
      blocking = error;
      lastSeen = undefined;
    }
    view.emit({ type: 'failure', key, ref, code });
  }

  return {
    read() {
      const fresh = view.peek(request);
      if (fresh) applyValue(fresh);
      const result = answer();
      const isDue = isSecretError(result) || !isCoolingDown();
      if (!fresh && !isReading && isDue) void refresh(); // it handles its failures
      if (isSecretError(result)) throw withFields(result, {}); // a copy: each caller may add to it
      return result.secret;
    },
    print() {
      if (view.closed) return '[closed]';
      const result = answer();
      if (isSecretError(result)) return `[${result.code}]`;
      return result.secret && '[secret]';
    },
    applyValue,
    addListener(listener) {
      const own = (secret: Secret<unknown>): unknown => listener(secret); // one function may be added twice
      listeners.add(own);
      return () => listeners.delete(own);
    },
  };
}

function expired({ ref }: Request): SecretError {
  const problem =
    'the value has expired, and no other one could be read. Renew it in the store; onEvent reports failed reads.';
  return new SecretError('not_found', problem, { ref });
}

/** Whether both have the same value and the same metadata. */
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
