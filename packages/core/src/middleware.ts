import type { Capability, Layer, SecretProvider } from './provider.js';

/**
 * A provider around a provider, with exactly the capabilities of the one inside: `Wrapped<EnvSecrets>` has no `set`
 * because environment variables have none. Wrapping twice is the same type as wrapping once.
 */
export type Wrapped<P extends SecretProvider> = P extends unknown
  ? Pick<P, Extract<keyof P, Capability>> & Layered // distributes, so that a union stays one
  : never;

/** What every layer has, whatever the backend can do. */
export interface Layered extends Omit<SecretProvider, Capability | 'layers'> {
  readonly layers: readonly Layer[];
}

/** Wraps a provider: it neither adds nor loses a capability of the backend. */
export type Middleware = <P extends SecretProvider>(next: P) => Wrapped<P>;
