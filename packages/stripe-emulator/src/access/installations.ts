/** Installs and uninstalls the app on connected accounts. As at Stripe, an uninstalled app keeps its secrets. */
export interface Installations {
  /** Installs the app on an account. */
  install(account: string): void;
  /** Uninstalls the app from an account. Requests for the account then get a 403 `account_invalid`. */
  uninstall(account: string): void;
}

/** {@link Installations} with the state that requests read. */
export interface InstallationState extends Installations {
  isInstalled(account: string): boolean;
  reset(): void;
}

/** Creates the state. Without `initial`, the app is installed on every account whose id starts with `acct_`. */
export function createInstallations(initial: ReadonlySet<string> | undefined): InstallationState {
  const changed = new Map<string, boolean>();
  return {
    install: (account) => void changed.set(account, true),
    uninstall: (account) => void changed.set(account, false),
    isInstalled: (account) =>
      changed.get(account) ?? (initial ? initial.has(account) : /^acct_\w+$/.test(account)),
    reset: () => changed.clear(),
  };
}
