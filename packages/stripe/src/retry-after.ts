/**
 * Returns the wait that a `Retry-After` header asks for, in milliseconds: seconds or a date, as in RFC 9110. Stripe does not
 * document this header, but a proxy may send it.
 *
 * @param nowMs - The current time, from which a date is measured.
 */
export function retryAfterMs(header: unknown, nowMs: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  const until = / GMT$/.test(header) ? Date.parse(header) : Number.NaN; // Date.parse accepts "-5" as a date
  return Number.isNaN(until) ? undefined : Math.max(0, until - nowMs);
}
