import type { Layered } from '@secretkit/core/middleware';
import type { Capability, SecretProvider } from '@secretkit/core/provider';

/** One provider or more. */
export type Providers = readonly [SecretProvider, ...SecretProvider[]];

/**
 * A fallback over these providers, with its capabilities: it reads batches, or versions, if one of the providers does, and
 * lists if all of them do. It cannot be written to.
 */
export type Fallback<P extends readonly SecretProvider[]> = Layered &
  ('getMany' extends KeysOf<P[number]> ? Pick<SecretProvider, 'getMany'> : unknown) &
  ('listVersions' extends KeysOf<P[number]> ? Pick<SecretProvider, 'listVersions'> : unknown) &
  (SomeAbsent<P, 'list'> extends true ? unknown : Pick<SecretProvider, 'list'>);

/** The keys of each member of a union. */
export type KeysOf<P> = P extends unknown ? keyof P : never;

/** `true` if one of the providers lacks the capability, by its type. */
export type SomeAbsent<P extends readonly SecretProvider[], C extends Capability> = true extends {
  [K in keyof P]: C extends KeysOf<P[K]> ? false : true;
}[number]
  ? true
  : false;
