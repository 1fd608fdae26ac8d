import { describeProvider, type FaultName, type Harness, saveReports } from '@secretkit/conformance';
import type { SecretRef } from '@secretkit/core/provider';
import { fakeClock } from '@secretkit/testing';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { agentToken, startAgentServer } from '../test/agent-server.js';
import { AwsFailure } from '../test/aws-failure.js';
import type { Backend } from '../test/aws-server.js';
import { hangs, serverFaults } from '../test/faults.js';
import { type CaseBackend, harnessFor, parameterStoreClient, secretsManagerClient } from '../test/harness.js';
import { hasMoto, type Moto, startMoto } from '../test/moto.js';
import { parameterStoreBackend } from '../test/parameter-store-backend.js';
import { secretsManagerBackend } from '../test/secrets-manager-backend.js';
import { agentSecrets } from './agent/index.js';
import { parameterStoreSecrets } from './parameter-store/index.js';
import { secretsManagerSecrets } from './secrets-manager/index.js';

const prefix = 'kit/';
const onReport = saveReports(new URL('../../../.cache/conformance/', import.meta.url));

/** Changes secrets as another program would, with the operations of AWS. */
function secretsOf(answer: Backend): CaseBackend {
  const ask = (operation: string, input: Readonly<Record<string, unknown>>) =>
    answer(`secretsmanager.${operation}`, input);
  return {
    answer,
    async put({ name }, value) {
      const id = prefix + name;
      const input =
        'text' in value
          ? { SecretString: value.text }
          : { SecretBinary: Buffer.from(value.bytes).toString('base64') };
      const found = await failureOf(() => ask('DescribeSecret', { SecretId: id }));
      if (found === 'ResourceNotFoundException') await ask('CreateSecret', { Name: id, ...input });
      else {
        await ask('RestoreSecret', { SecretId: id });
        await ask('PutSecretValue', { SecretId: id, ...input });
      }
    },
    async remove({ name }) {
      await ask('DeleteSecret', { SecretId: prefix + name, ForceDeleteWithoutRecovery: true });
    },
  };
}

function parametersOf(answer: Backend): CaseBackend {
  const ask = (operation: string, input: Readonly<Record<string, unknown>>) =>
    answer(`AmazonSSM.${operation}`, input);
  return {
    answer,
    async put({ name }, value) {
      if (!('text' in value)) throw new TypeError('Parameter Store holds texts.');
      await ask('PutParameter', {
        Name: `/${prefix}${name}`,
        Value: value.text,
        Type: 'SecureString',
        Overwrite: true,
      });
    },
    async remove({ name }) {
      await ask('DeleteParameter', { Name: `/${prefix}${name}` });
    },
  };
}

/** Refuses a write to a deleted secret, as AWS does and moto does not. */
function refusingDeleted(answer: Backend): Backend {
  return async (operation, input) => {
    if (operation.endsWith('.PutSecretValue')) {
      const described = await Promise.resolve(
        answer('secretsmanager.DescribeSecret', { SecretId: input['SecretId'] }),
      ).catch(() => ({}));
      if ((described as { DeletedDate?: unknown }).DeletedDate)
        throw new AwsFailure('InvalidRequestException');
    }
    return answer(operation, input);
  };
}

async function failureOf(ask: () => object | Promise<object>): Promise<string | undefined> {
  try {
    await ask();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const secretTraits = { maxValueLength: 65_536 };
const parameterTraits = { maxValueLength: 4_096, textOnly: true };

type MakeSecrets = () => CaseBackend | Promise<CaseBackend>;

function deletingAtOnce(make: MakeSecrets): Harness {
  return harnessFor(secretTraits, make, secretsManagerClient, (client, now) =>
    secretsManagerSecrets({ client, prefix, recoveryWindowDays: 0, now }),
  );
}

function restoring(make: MakeSecrets): Harness {
  return harnessFor(secretTraits, make, secretsManagerClient, (client, now) =>
    secretsManagerSecrets({ client, prefix, restoreDeleted: true, now }),
  );
}

function parameters(make: MakeSecrets): Harness {
  return harnessFor(parameterTraits, make, parameterStoreClient, (client, now) =>
    parameterStoreSecrets({ client, prefix: `/${prefix}`, tier: 'Standard', now }),
  );
}

const own: Readonly<Record<string, Harness>> = {
  'aws, Secrets Manager': deletingAtOnce(() => secretsOf(secretsManagerBackend().answer)),
  'aws, Secrets Manager with restoreDeleted': restoring(() => secretsOf(secretsManagerBackend().answer)),
  'aws, Parameter Store': parameters(() => parametersOf(parameterStoreBackend().answer)),
};

/** The agent only reads, so the kit changes the store behind it. */
function agent(store: 'secrets-manager' | 'parameter-store', make: () => CaseBackend): Harness {
  const isParameter = store === 'parameter-store';
  return {
    traits: { scopes: [], textOnly: isParameter, faults: agentFaults, hangs: true },
    async open() {
      const { now, advance } = fakeClock();
      const backend = make();
      const server = await startAgentServer(backend.answer);
      const options = { store, port: server.port, token: () => agentToken };
      return {
        provider: agentSecrets({ ...options, prefix: isParameter ? `/${prefix}` : prefix }),
        credential: agentToken,
        now,
        advance,
        calls: () => server.requests.length,
        put: (ref, value) => backend.put(ref, { text: value }),
        ...(!isParameter && { putBytes: (ref: SecretRef, bytes: Uint8Array) => backend.put(ref, { bytes }) }),
        remove: (ref) => backend.remove(ref),
        fault: async (name) => {
          server.fault = serverFaults[name];
          if (name === 'refused') await server.close();
        },
        hang: () => {
          server.fault = hangs;
        },
        pending: () => server.pending,
        close: () => server.close(),
      };
    },
  };
}

const agentFaults = [...Object.keys(serverFaults), 'refused'] as FaultName[]; // keys() has wider types

const agents: Readonly<Record<string, Harness>> = {
  'aws, agent': agent('secrets-manager', () => secretsOf(secretsManagerBackend().answer)),
  'aws, Lambda extension for Parameter Store': agent('parameter-store', () =>
    parametersOf(parameterStoreBackend().answer),
  ),
};

for (const [name, harness] of Object.entries({ ...own, ...agents })) {
  describeProvider(name, harness, { describe, it }, { onReport });
}

describe.skipIf(!hasMoto)('on moto', () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(() => moto.close());

  async function emptied(): Promise<Backend> {
    await moto.reset();
    return moto.answer;
  }

  const harnesses: Readonly<Record<string, Harness>> = {
    'aws, Secrets Manager on moto': deletingAtOnce(async () => secretsOf(await emptied())),
    'aws, Secrets Manager on moto with restoreDeleted': restoring(async () =>
      secretsOf(refusingDeleted(await emptied())),
    ),
    'aws, Parameter Store on moto': parameters(async () => parametersOf(await emptied())),
  };
  for (const [name, harness] of Object.entries(harnesses)) {
    describeProvider(name, harness, { describe, it }, { onReport });
  }
});
