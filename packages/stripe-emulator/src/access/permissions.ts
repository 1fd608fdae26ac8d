import { checkOptions, isObject, isText, required } from '../options/option-checks.js';

/** Target of a permission: one connected account, or one restricted key. Without a target: the app on every account. */
export type PermissionTarget = { readonly account: string } | { readonly key: string };

/** Grants and revokes the permission `secret_write` while the emulator runs. */
export interface Permissions {
  /**
   * Grants `secret_write` on one account, to one restricted key, or without a target to the app on every account.
   *
   * @throws `TypeError` when the target is not an account or a key.
   */
  grant(target?: PermissionTarget): void;
  /**
   * Revokes `secret_write` on one account, from one restricted key, or without a target from the app on every account.
   *
   * @throws `TypeError` when the target is not an account or a key.
   */
  revoke(target?: PermissionTarget): void;
}

/** {@link Permissions} with the state that requests read. */
export interface PermissionState extends Permissions {
  appMayUse(account: string): boolean;
  restrictedKeyMayUse(key: string): boolean;
  reset(): void;
}

/** Permissions at the start and after a reset. */
export interface InitialPermissions {
  readonly app: boolean;
  readonly restrictedKeys: readonly string[];
}

/** Creates the state of the permissions. */
export function createPermissions(initial: InitialPermissions): PermissionState {
  let everywhere = initial.app;
  const accounts = new Map<string, boolean>();
  const keys = new Set(initial.restrictedKeys);

  function set(method: 'grant' | 'revoke', target: PermissionTarget | undefined): void {
    const owner = `permissions.${method}`;
    const granted = method === 'grant';
    if (target === undefined) {
      everywhere = granted;
      accounts.clear();
    } else if (isKeyTarget(target)) {
      checkOptions(owner, target, { key: required(isText) });
      if (granted) keys.add(target.key);
      else keys.delete(target.key);
    } else {
      checkOptions(owner, target, { account: required(isText) });
      accounts.set(target.account, granted);
    }
  }

  return {
    grant: (target) => set('grant', target),
    revoke: (target) => set('revoke', target),
    appMayUse: (account) => accounts.get(account) ?? everywhere,
    restrictedKeyMayUse: (key) => keys.has(key),
    reset() {
      everywhere = initial.app;
      accounts.clear();
      keys.clear();
      for (const key of initial.restrictedKeys) keys.add(key);
    },
  };
}

function isKeyTarget(target: PermissionTarget): target is Extract<PermissionTarget, { key: string }> {
  return isObject.accepts(target) && 'key' in target;
}
