import type { Capability } from '@secretkit/core/provider';
import type { Bench, ProviderCase } from '../case.js';
import { expectThat } from '../failure.js';
import { expectCalls, expectCode } from '../outcome.js';

/** A case for a backend that can; one that cannot must say so, without being asked. */
export function able(capability: Exclude<Capability, 'getMany'>, each: ProviderCase): ProviderCase {
  return {
    ...each,
    run: (bench) => (capability in bench.provider ? each.run(bench) : expectUnsupported(bench, capability)),
  };
}

async function expectUnsupported({ secrets, calls }: Bench, capability: Capability): Promise<void> {
  expectThat(!secrets.can(capability), `no ${capability}`, 'one that the client believes in');
  const call = {
    set: () => secrets.set('x', 'value'),
    delete: () => secrets.delete('x'),
    list: () => secrets.list()[Symbol.asyncIterator]().next(),
    getMany: () => secrets.getMany({ x: 'x' }),
  }[capability];
  await expectCalls(0, calls, () => expectCode(call, 'unsupported'));
}
