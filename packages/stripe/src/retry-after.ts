/**
 * A `Retry-After` header in milliseconds: seconds or a date, as RFC 9110 has it. Stripe documents none; a proxy may send one.
 *
 * @param now - The time that a date is measured from, in epoch milliseconds.
 */
export function retryAfterMs(header: unknown, now: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  const until = / GMT$/.test(header) ? Date.parse(header) : Number.NaN; // Date.parse takes "-5" for a date
  return Number.isNaN(until) ? undefined : Math.max(0, until - now);
}
