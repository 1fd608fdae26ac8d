import { refKey, withoutVersion } from '@secretkit/core/provider';
import type { Identity } from './identity.js';

/** The keys of the refs with a version, by the key of their name: a write of a name covers all its versions. */
export interface VersionIndex {
  /** Does nothing for a ref without a version, like `delete`. */
  add(identity: Identity): void;
  delete(identity: Identity): void;
  /** Returns the keys of the versions of a name. */
  versionsOf(nameKey: string): readonly string[];
}

export function versionIndex(): VersionIndex {
  const keysByName = new Map<string, Set<string>>();

  return {
    add({ key, ref }) {
      if (ref.version === undefined) return;
      const name = refKey(withoutVersion(ref));
      const keys = keysByName.get(name);
      if (keys) keys.add(key);
      else keysByName.set(name, new Set([key]));
    },
    delete({ key, ref }) {
      if (ref.version === undefined) return;
      const name = refKey(withoutVersion(ref));
      const keys = keysByName.get(name);
      keys?.delete(key);
      if (keys?.size === 0) keysByName.delete(name);
    },
    versionsOf: (nameKey) => [...(keysByName.get(nameKey) ?? [])],
  };
}
