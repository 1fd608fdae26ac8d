import { errorRules, type SecretError, type SecretErrorCode } from '@secretkit/core/provider';
import type { Bench, ProviderCase } from '../case.js';
import { expectThat } from '../failure.js';
import { type FaultName, faultCodes } from '../fault-codes.js';
import type { BackendFacts } from '../harness.js';
import { expectNoLeak } from '../leaks/expect-no-leak.js';
import { expectCode } from '../outcome.js';

const name = 'conformance-failing';
const canary = 'CANARY-not-a-real-secret';
const all = Object.entries(faultCodes) as [FaultName, readonly SecretErrorCode[]][]; // entries() forgets the keys

export const errors: readonly ProviderCase[] = all.flatMap(([fault, codes]) => [
  {
    id: `errors/${fault}`,
    title: `a read that fails so (${fault}) is ${codes.join(' or ')}, and shows nothing`,
    why: 'retries, caches and people decide by the code, and errors are logged',
    applies: can(fault),
    async run(bench: Bench) {
      await bench.put({ name }, canary);
      await bench.fault?.(fault);
      expectGoodError(bench, await expectCode(() => bench.secrets.get(name), ...codes), 'get');
    },
  },
  {
    id: `errors/${fault}-writing`,
    title: `a write that fails so (${fault}) is ${codes.join(' or ')}, and shows nothing`,
    why: 'the value is in the request, and some backends quote requests in their errors',
    applies: (facts: BackendFacts) => fault !== 'withoutValue' && can(fault)(facts), // a write is answered without
    async run(bench: Bench) {
      if (!bench.secrets.can('set')) return;
      await bench.fault?.(fault);
      expectGoodError(bench, await expectCode(() => bench.secrets.set(name, canary), ...codes), 'set');
    },
  },
]);

function can(fault: FaultName): (facts: BackendFacts) => boolean {
  return ({ faults = [] }) => faults.includes(fault);
}

function expectGoodError({ credential }: Bench, error: SecretError, operation: string): void {
  const { code, message, ref, retryable } = error;
  expectThat(message.startsWith(`${code}: `), 'a message that starts with the code', 'another one');
  expectThat(ref?.name === name, 'the ref that was asked for', ref ? 'another one' : 'none');
  expectThat(error.operation === operation, `the operation ${operation}`, error.operation ?? 'none');
  expectThat(!retryable || errorRules[code].retryable, 'retryable as the table says', 'retryable against it');
  expectNoLeak(credential === undefined ? canary : [canary, credential], error);
}
