import { kindOf } from '@secretkit/core/provider';

/** @throws `TypeError` that names the methods which the object does not have. */
export function checkMethods(
  owner: string,
  option: string,
  value: unknown,
  methods: readonly string[],
  expected: string,
): void {
  const missing = methods.filter(
    (method) => typeof (Object(value) as Readonly<Record<string, unknown>>)[method] !== 'function',
  );
  if (missing.length === 0) return;
  const got = Object(value) === value ? `an object without ${missing.join(', ')}` : kindOf(value);
  throw new TypeError(`${owner}: ${option} must be ${expected}, got ${got}.`);
}

/** @throws `TypeError` for a principal that records cannot be bound to. It quotes none. */
export function checkPrincipal(owner: string, principal: unknown): asserts principal is string {
  if (typeof principal === 'string' && /^[^\p{Cc}]{1,1000}$/u.test(principal) && principal.isWellFormed())
    return;
  const got = typeof principal === 'string' ? 'another text' : kindOf(principal);
  throw new TypeError(
    `${owner}: principal must be a text of 1 to 1000 characters without control characters, got ${got}. ` +
      'Name the role or key that this process reads with; processes with other rights must have another one.',
  );
}
