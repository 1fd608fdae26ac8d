import { SecretError } from '@secretkit/core/provider';

/** How long a reservation waits before another one is asked for, in milliseconds. */
const againMs = { first: 1_000, max: 10_000 }; // longer than a login takes

/**
 * Reserves a connection. `postgres` 3.4 forgets a reservation that waits when a connection closes, and its caller would wait for
 * ever. So another one is asked for after a while: the first answer counts, and what else is reserved is given back.
 *
 * @param isEnded - Whether the client has been ended: it would connect again.
 */
export function reserveConnection<R extends { release(): void }>(
  sql: { reserve(): Promise<R> },
  isEnded: () => boolean,
): Promise<R> {
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isSettled = false;

    function settle(end: () => void): void {
      clearTimeout(timer);
      isSettled = true;
      end();
    }

    function ask(waitMs: number): void {
      sql.reserve().then(
        (reserved) => {
          if (isSettled) reserved.release();
          else settle(() => resolve(reserved));
        },
        (failure: unknown) => {
          if (!isSettled) settle(() => reject(failure)); // whatever it is
        },
      );
      timer = setTimeout(() => {
        if (isEnded()) settle(() => reject(endedError()));
        else ask(Math.min(againMs.max, waitMs * 2));
      }, waitMs);
    }

    ask(againMs.first);
  });
}

function endedError(): SecretError {
  return new SecretError(
    'unavailable',
    'the client was ended while a call waited for a connection. Raise max of postgres, or drainMs.',
  );
}
