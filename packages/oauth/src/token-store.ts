import type { CapabilityMethods, SecretsReader } from '@secretkit/core';

/** The client of a store that can write: that of `createSecrets`. Its `compareAndSet` is used where the backend has it. */
export type TokenStore = Pick<SecretsReader, 'get' | 'use' | 'can'> &
  Pick<CapabilityMethods, 'set' | 'delete'> &
  Partial<Pick<CapabilityMethods, 'compareAndSet'>>;
