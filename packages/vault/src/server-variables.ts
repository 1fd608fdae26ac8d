type Environment = Readonly<Record<string, string | undefined>>;

/** The variables of OpenBao's tools, and those of Vault's: each family is about one server. OpenBao's come first. */
const families = ['BAO', 'VAULT'] as const;

type Family = (typeof families)[number];

/** The variables that are about one server. */
export interface ServerVariables {
  readonly namespace: string | undefined;
  /** The path of a file with certificates, and the variable that has it. */
  readonly certificates: { readonly variable: string; readonly path: string } | undefined;
  /** Returns the token. @throws `TypeError` if there is one, but of another server. */
  token(): string | undefined;
}

/** Returns `BAO_ADDR`, else `VAULT_ADDR`, without slashes at its end. @throws `TypeError` for one that is not the URL of a server. */
export function addressVariable(): string | undefined {
  const family = families.find((each) => variable(each, 'ADDR') !== undefined);
  if (!family) return undefined;
  const address = variable(family, 'ADDR') ?? ''; // it has one
  if (/^https?:\/\/\S+$/i.test(address)) return address.replace(/\/+$/, '');
  throw new TypeError(
    `vaultOpener: ${family}_ADDR must be a URL such as https://vault.example:8200. For a socket, set the option fetch.`,
  );
}

/**
 * Returns the variables of a server: of the families whose address it is, and then of those without an address. The token of a
 * family is sent to the server of its address. Without one it is sent to the host of a URL, and not to another family's server.
 */
export function variablesOf(address: string): ServerVariables {
  const host = hostOf(address);
  const ofServer = families.filter(
    (family) => host !== undefined && host === hostOf(variable(family, 'ADDR')),
  );
  const ofNone = families.filter((family) => variable(family, 'ADDR') === undefined);
  const familyWith = (name: string): Family | undefined =>
    [...ofServer, ...ofNone].find((family) => variable(family, name) !== undefined);
  const certified = familyWith('CACERT');
  return {
    namespace: valueOf(familyWith('NAMESPACE'), 'NAMESPACE'),
    certificates: certified && {
      variable: `${certified}_CACERT`,
      path: variable(certified, 'CACERT') ?? '', // it has one
    },
    token() {
      const family = familyWith('TOKEN');
      const [known] = ofServer;
      if (known && family && !ofServer.includes(family)) {
        throw new TypeError(
          `vaultOpener: ${family}_TOKEN must not be sent to the server of ${known}_ADDR. Set ${known}_TOKEN, or ${family}_ADDR, or the option token.`,
        );
      }
      const other = families.find((each) => variable(each, 'TOKEN') !== undefined);
      if (known || family || !other) return valueOf(family, 'TOKEN');
      throw new TypeError(
        `vaultOpener: the host of the URL must be that of ${other}_ADDR, as ${other}_TOKEN is for it. Set the option token for another host.`,
      );
    },
  };
}

function valueOf(family: Family | undefined, name: string): string | undefined {
  return family && variable(family, name);
}

/** An empty variable counts as none. */
function variable(family: Family, name: string): string | undefined {
  const { process } = globalThis as { readonly process?: { readonly env?: Environment } };
  const env = process?.env ?? {};
  const key = `${family}_${name}`;
  return (Object.hasOwn(env, key) && env[key]) || undefined;
}

function hostOf(address: string | undefined): string | undefined {
  return address !== undefined && URL.canParse(address) ? new URL(address).host : undefined;
}
