/** A server with accounts, for tests: it refuses a login as PostgreSQL does. */
export interface FakeServer {
  /** The passwords that it accepts. */
  readonly accepted: Set<string>;
  /** Every login that was tried, in order. */
  readonly logins: string[];
  /** Clients that are open. */
  readonly open: Set<FakeClient>;
  /** The failure of every login; `undefined` ends an outage. */
  outage: Error | undefined;
  readonly connect: (password: string) => FakeClient;
}

export interface FakeClient {
  readonly password: string;
  login(): Promise<string>;
  close(): void;
}

export function fakeServer(...passwords: readonly string[]): FakeServer {
  const server: FakeServer = {
    accepted: new Set(passwords),
    logins: [],
    open: new Set(),
    outage: undefined,
    connect(password) {
      const client: FakeClient = {
        password,
        async login() {
          server.logins.push(password);
          await Promise.resolve();
          if (server.outage) throw server.outage;
          if (server.accepted.has(password)) return password;
          throw Object.assign(new Error('password authentication failed'), { code: '28P01' });
        },
        close: () => void server.open.delete(client),
      };
      server.open.add(client);
      return client;
    },
  };
  return server;
}
