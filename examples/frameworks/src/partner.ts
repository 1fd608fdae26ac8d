import type { Secret } from '@secretkit/core';

/** A call that needs a token. */
export type Orders = (token: Secret) => Promise<readonly string[]>;
