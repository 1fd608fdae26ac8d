import type { Secret } from '@secretkit/core';

/** What the applications need a token for. */
export type Orders = (token: Secret) => Promise<readonly string[]>;
