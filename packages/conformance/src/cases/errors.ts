import { errorRules, type SecretError, type SecretErrorCode } from '@secretkit/core/provider';
import type { ProviderCase, TestContext } from '../case.js';
import { expectThat } from '../failure.js';
import { type FaultName, faultCodes } from '../fault-codes.js';
import type { BackendTraits } from '../harness.js';
import { expectNoLeak } from '../leaks/expect-no-leak.js';
import { expectCode } from '../outcome.js';

const name = 'conformance-failing';
const canary = 'CANARY-not-a-real-secret';
const all = Object.entries(faultCodes) as [FaultName, readonly SecretErrorCode[]][]; // entries() has wider types
const ofReadsAndWrites = all.filter(([fault]) => fault !== 'cutList');

export const errors: readonly ProviderCase[] = ofReadsAndWrites.flatMap(([fault, codes]) => [
  {
    id: `errors/${fault}`,
    title: `a read with the fault ${fault} rejects with ${codes.join(' or ')}, without a value in the error`,
    why: 'retries, caches and people decide by the code, and errors are logged',
    applies: has(fault),
    async run(context: TestContext) {
      await context.put({ name }, canary);
      await context.fault?.(fault);
      expectSafeError(context, await expectCode(() => context.secrets.get(name), ...codes), 'get');
    },
  },
  {
    id: `errors/${fault}-writing`,
    title: `a write with the fault ${fault} rejects with ${codes.join(' or ')}, without a value in the error`,
    why: 'the value is in the request, and some backends quote the request in an error',
    applies: (traits: BackendTraits) => fault !== 'withoutValue' && has(fault)(traits), // the answer to a write has no value
    async run(context: TestContext) {
      if (!context.secrets.can('set')) return;
      await context.fault?.(fault);
      expectSafeError(context, await expectCode(() => context.secrets.set(name, canary), ...codes), 'set');
    },
  },
]);

function has(fault: FaultName): (traits: BackendTraits) => boolean {
  return ({ faults = [] }) => faults.includes(fault);
}

function expectSafeError({ credential }: TestContext, error: SecretError, operation: string): void {
  const { code, message, ref, retryable } = error;
  expectThat(message.startsWith(`${code}: `), 'a message that starts with the code', 'another message');
  expectThat(ref?.name === name, 'the requested ref in the error', ref ? 'another ref' : 'none');
  expectThat(error.operation === operation, `the operation ${operation}`, error.operation ?? 'none');
  expectThat(!retryable || errorRules[code].retryable, `retryable to be false for ${code}`, 'true');
  expectNoLeak(credential === undefined ? canary : [canary, credential], error);
}
