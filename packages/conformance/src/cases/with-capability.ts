import type { Capability } from '@secretkit/core/provider';
import type { ProviderCase, TestContext } from '../case.js';
import { expectThat } from '../failure.js';
import { expectCalls, expectCode } from '../outcome.js';

/** Runs the case if the provider has the capability. Otherwise the call must reject with `unsupported`, without a backend call. */
export function withCapability(capability: Exclude<Capability, 'getMany'>, each: ProviderCase): ProviderCase {
  return {
    ...each,
    run: (context) =>
      capability in context.provider ? each.run(context) : expectUnsupported(context, capability),
  };
}

async function expectUnsupported({ secrets, calls }: TestContext, capability: Capability): Promise<void> {
  expectThat(!secrets.can(capability), `can('${capability}') to be false`, 'true');
  const call = {
    set: () => secrets.set('x', 'value'),
    compareAndSet: () => secrets.compareAndSet('x', 'value', undefined),
    listVersions: () => secrets.listVersions('x'),
    delete: () => secrets.delete('x'),
    list: () => secrets.list()[Symbol.asyncIterator]().next(),
    getMany: () => secrets.getMany({ x: 'x' }),
  }[capability];
  await expectCalls(0, calls, () => expectCode(call, 'unsupported'));
}
