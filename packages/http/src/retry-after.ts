/**
 * Returns the wait that a `Retry-After` header asks for, in milliseconds: seconds or a date, as in RFC 9110. A date is measured
 * from the date of the response, which is by the same clock.
 *
 * @param nowMs - The current time, from which a date is measured if the response has no date.
 */
export function retryAfterMs(headers: Readonly<Record<string, unknown>>, nowMs: number): number | undefined {
  const { 'retry-after': given, date } = headers;
  if (typeof given !== 'string') return undefined;
  const header = given.trim(); // not every fetch does
  if (/^\d+$/.test(header)) return Number(header) * 1_000;
  const until = dateOf(header);
  return until === undefined ? undefined : Math.max(0, until - (dateOf(date) ?? nowMs));
}

function dateOf(header: unknown): number | undefined {
  if (typeof header !== 'string' || !/ GMT\s*$/.test(header)) return undefined; // Date.parse accepts "-5" as a date
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : date;
}
