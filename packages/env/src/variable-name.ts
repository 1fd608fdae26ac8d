import type { SecretRef } from '@secretkit/core/provider';

/** Returns the variable that holds a secret, or `undefined` if no variable holds it. */
export type VariableName = (ref: SecretRef) => string | undefined;
