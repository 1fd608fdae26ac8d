import type { SecretRef } from '@secretkit/core/provider';
import type { SecretPaths } from './secret-path.js';

/** Returns a ref with the path below the mount. A control character, which no path has, marks a secret that cannot exist. */
export function canonicalPath({ find }: SecretPaths, ref: SecretRef): SecretRef {
  let path: string | undefined;
  try {
    path = find(ref);
  } catch {
    // A read reports the reason.
  }
  return { ...ref, name: path ?? `\0${ref.name}` };
}
