/** Says on which connected accounts the app is installed. Secrets stay when it is uninstalled, as at Stripe. */
export interface Installations {
  /** Installs the app on an account. */
  install(account: string): void;
  /** Uninstalls it: requests for the account are a 403 `account_invalid`. */
  uninstall(account: string): void;
}

/** {@link Installations} with the question that a request asks. */
export interface InstallationState extends Installations {
  isInstalled(account: string): boolean;
  reset(): void;
}

/** Makes the switches. Without a list, the app is installed on every account whose id has the right form. */
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
