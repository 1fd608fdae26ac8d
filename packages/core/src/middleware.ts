import type { Capability, Layer, SecretProvider } from './provider.js';

/**
 * A provider around a provider, with exactly the capabilities of the one inside: `Wrapped<EnvSecrets>` has no `set`
 * because environment variables have none. Wrapping twice is the same type as wrapping once.
 */
export type Wrapped<P extends SecretProvider> = P extends unknown
  ? CapabilitiesOf<P> & Layered // distributes, so that a union stays one
  : never;

/** The capabilities of a provider, each as optional as it is there, with the contract's own signatures. */
export type CapabilitiesOf<P> = {
  [C in keyof Pick<P, Extract<keyof P, Capability>>]: C extends Capability
    ? NonNullable<SecretProvider[C]>
    : never;
};

/** What every layer has, whatever the backend can do. */
export interface Layered extends Omit<SecretProvider, Capability | 'layers'> {
  readonly layers: readonly Layer[];
}

/** Wraps a provider: it neither adds nor loses a capability of the backend. */
export type Middleware = <P extends SecretProvider>(next: P) => Wrapped<P>;
