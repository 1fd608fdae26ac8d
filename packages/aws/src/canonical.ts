import type { SecretRef } from '@secretkit/core/provider';
import type { NameMapping } from './name-mapping.js';

/** Returns a ref with the name in AWS. A control character, which no name has, marks a secret that cannot exist. */
export function canonicalOf({ find }: NameMapping, ref: SecretRef): SecretRef {
  let id: string | undefined;
  try {
    id = find(ref)?.id;
  } catch {
    // A read reports the reason.
  }
  return { ...ref, name: id ?? `\0${ref.name}` };
}
