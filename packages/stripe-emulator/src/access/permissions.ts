import { checkOptions, isText, required } from '../options/option-checks.js';

/** Whom a grant is about: one connected account, one restricted key, or (left out) the app on every account. */
export type PermissionTarget = { readonly account: string } | { readonly key: string };

/** Switches the `secret_write` permission while the emulator runs. */
export interface Permissions {
  /**
   * Grants `secret_write` on one account, to one restricted key, or to the app on every account.
   *
   * @throws TypeError for a target that is neither
   */
  grant(target?: PermissionTarget): void;
  /** Takes `secret_write` away again. */
  revoke(target?: PermissionTarget): void;
}

/** {@link Permissions} with the questions that a request asks. */
export interface PermissionState extends Permissions {
  appMayUse(account: string): boolean;
  restrictedKeyMayUse(key: string): boolean;
  reset(): void;
}

/** What is granted at the start, and again after a reset. */
export interface InitialPermissions {
  readonly app: boolean;
  readonly restrictedKeys: readonly string[];
}

/** Makes the permission switches. */
export function createPermissions(initial: InitialPermissions): PermissionState {
  let everywhere = initial.app;
  const accounts = new Map<string, boolean>();
  const keys = new Set(initial.restrictedKeys);

  function set(target: PermissionTarget | undefined, granted: boolean): void {
    if (target === undefined) {
      everywhere = granted;
      accounts.clear();
    } else if ('key' in target) {
      checkOptions('the target of a permission', target, { key: required(isText) });
      if (granted) keys.add(target.key);
      else keys.delete(target.key);
    } else {
      checkOptions('the target of a permission', target, { account: required(isText) });
      accounts.set(target.account, granted);
    }
  }

  return {
    grant: (target) => set(target, true),
    revoke: (target) => set(target, false),
    appMayUse: (account) => accounts.get(account) ?? everywhere,
    restrictedKeyMayUse: (key) => keys.has(key),
    reset() {
      set(undefined, initial.app);
      keys.clear();
      for (const key of initial.restrictedKeys) keys.add(key);
    },
  };
}
