import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { SSM } from '@aws-sdk/client-ssm';
import type { BackendTraits, FaultName, Fixture, Harness } from '@secretkit/conformance';
import type { SecretProvider, SecretRef } from '@secretkit/core/provider';
import { fakeClock } from '@secretkit/testing';
import { type Backend, startAwsServer } from './aws-server.js';
import { type HttpRequest, hangs, redirections, serverFaults } from './faults.js';

const accessKey = 'CANARYACCESSKEY';
const secretKey = 'CANARY-secret-access-key';

const settings = {
  region: 'eu-central-1',
  credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  maxAttempts: 1,
};

/** The SDK's client of Secrets Manager, for a server of a test. */
export function secretsManagerClient(endpoint: string): SecretsManager {
  return new SecretsManager({ ...settings, endpoint });
}

/** The SDK's client of Parameter Store, for a server of a test. */
export function parameterStoreClient(endpoint: string): SSM {
  return new SSM({ ...settings, endpoint });
}

/** A backend for one case, and how it is changed without the provider. */
export interface CaseBackend {
  readonly answer: Backend;
  put(ref: SecretRef, value: { readonly text: string } | { readonly bytes: Uint8Array }): Promise<void>;
  remove(ref: SecretRef): Promise<void>;
}

/** The parts of both clients that the harness uses. */
interface Client {
  readonly middlewareStack: SecretsManager['middlewareStack'] | SSM['middlewareStack'];
  destroy(): void;
}

/** Runs the SDK's own client against a server with the protocol of AWS, in front of a backend. */
export function harnessFor<C extends Client>(
  traits: Partial<BackendTraits>,
  makeBackend: () => CaseBackend | Promise<CaseBackend>,
  makeClient: (endpoint: string) => C,
  makeProvider: (client: C, now: () => number) => SecretProvider,
): Harness {
  const faults = [...Object.keys(serverFaults), ...Object.keys(redirections), 'refused'] as FaultName[]; // keys() has wider types
  return {
    traits: { scopes: [], faults, hangs: true, ...traits },
    async open(): Promise<Fixture> {
      const { now, advance } = fakeClock();
      const backend = await makeBackend();
      const server = await startAwsServer(backend.answer);
      const client = makeClient(server.url);
      let redirect: ((request: HttpRequest) => void) | undefined;
      const stack = client.middlewareStack as SecretsManager['middlewareStack']; // both are alike
      stack.add(
        (next) => (args) => {
          redirect?.(args.request as HttpRequest); // after the build, there is a request
          return next(args);
        },
        { step: 'finalizeRequest', priority: 'low' },
      );
      return {
        provider: makeProvider(client, now),
        credential: secretKey,
        now,
        advance,
        calls: () => server.operations.length,
        put: (ref, value) => backend.put(ref, { text: value }),
        ...(traits.textOnly !== true && {
          putBytes: (ref: SecretRef, bytes: Uint8Array) => backend.put(ref, { bytes }),
        }),
        remove: (ref) => backend.remove(ref),
        fault: async (name) => {
          server.fault = serverFaults[name];
          redirect = redirections[name];
          if (name === 'refused') await server.close();
        },
        hang: () => {
          server.fault = hangs;
        },
        pending: () => server.pending,
        close: async () => {
          client.destroy();
          await server.close();
        },
      };
    },
  };
}
