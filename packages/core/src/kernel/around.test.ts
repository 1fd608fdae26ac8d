import { describe, expect, it } from 'vitest';
import { outcome, revealed } from '../../test/revealed.js';
import { type Answer, type CallContext, layersOf, type SecretProvider } from '../contract/provider.js';
import type { SecretRef } from '../contract/ref.js';
import { seal } from '../contract/secret.js';
import { isSecretError, SecretError, type SecretErrorFields } from '../contract/secret-error.js';
import { around, type Call, type Policy } from './around.js';

const failed = (code: SecretError['code'], fields: SecretErrorFields = {}) =>
  new SecretError(code, 'as scripted.', { provider: 'scripted', ...fields });

/** A backend that returns the batches of the script in order. An error in the script rejects the whole call. */
function scripted(...script: ((Answer | string)[] | Error)[]) {
  const asked: string[][] = [];
  const provider: SecretProvider & Required<Pick<SecretProvider, 'getMany'>> = {
    name: 'scripted',
    get: async () => undefined,
    async getMany(refs) {
      asked.push(refs.map(({ name }) => name));
      const answers = script[asked.length - 1];
      if (!answers || answers instanceof Error) throw answers ?? failed('unknown');
      return answers.map((answer) => (typeof answer === 'string' ? seal(answer) : answer));
    },
  };
  return { asked, provider };
}

const refs = ['a', 'b', 'c'].map((name) => ({ name }));
const tries =
  (attempts: number): Policy =>
  async (run, ctx) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await run(ctx);
      } catch (error) {
        if (attempt === attempts) throw error;
      }
    }
  };
const trying = (attempts: number) => around({ name: 'trying', policy: tries(attempts) });

describe('a batch that fails in part', () => {
  it('is repeated for its retryable failures only', async () => {
    const { asked, provider } = scripted(['A', failed('unavailable'), failed('permission_denied')], ['B']);
    const answers = await trying(3)(provider).getMany(refs, {});
    expect(answers.map(revealed)).toEqual(['A', 'B', 'failed: permission_denied']);
    expect(asked).toEqual([['a', 'b', 'c'], ['b']]);
  });

  it('rejects for the policy with the first retryable failure that is left', async () => {
    const { provider } = scripted(
      ['A', failed('rate_limited', { retryAfterMs: 7 }), failed('timeout')],
      [undefined, failed('unavailable')],
      ['C'],
    );
    const seen: unknown[] = [];
    const policy: Policy = async (run, ctx) => {
      for (;;) {
        try {
          return await run(ctx);
        } catch (error) {
          seen.push(isSecretError(error) && [error.code, error.retryAfterMs]);
        }
      }
    };
    const answers = await around({ name: 'seeing', policy })(provider).getMany(refs, {});
    expect(seen).toEqual([
      ['rate_limited', 7],
      ['unavailable', undefined],
    ]);
    expect(answers.map(revealed)).toEqual(['A', undefined, 'C']);
  });

  it('reports the codes of all failures to the policy, also of final ones', async () => {
    const { provider } = scripted(
      ['A', failed('unavailable'), failed('permission_denied')],
      [failed('timeout')],
      [undefined],
    );
    const seen: unknown[] = [];
    const policy: Policy = async (run, ctx, { failures }) => {
      seen.push(failures?.());
      for (;;) {
        try {
          return await run(ctx);
        } catch {
          seen.push(failures?.());
        }
      }
    };
    await around({ name: 'seeing', policy })(provider).getMany(refs, {});
    expect(seen).toEqual([[], ['unavailable', 'permission_denied'], ['timeout', 'permission_denied']]);
  });

  it('keeps each failure in its place when the policy gives up', async () => {
    const { provider } = scripted(
      ['A', failed('unavailable'), failed('timeout')],
      [failed('rate_limited'), failed('timeout')],
    );
    const answers = await trying(2)(provider).getMany(refs, {});
    expect(answers.map(revealed)).toEqual(['A', 'failed: rate_limited', 'failed: timeout']);
  });

  it('has answers even if each of them is a failure', async () => {
    const { provider } = scripted([failed('unavailable'), failed('timeout'), failed('rate_limited')]);
    const answers = await trying(1)(provider).getMany(refs, {});
    expect(answers.map(revealed)).toEqual(['failed: unavailable', 'failed: timeout', 'failed: rate_limited']);
  });

  it('keeps its answers if a later attempt fails as a whole, with that failure in each open place', async () => {
    const { provider } = scripted(
      ['A', failed('unavailable'), failed('timeout')],
      failed('rate_limited', { retryAfterMs: 5 }),
    );
    const answers = await trying(2)(provider).getMany(refs, {});
    expect(answers.map(revealed)).toEqual(['A', 'failed: rate_limited', 'failed: rate_limited']);
    expect(answers[1]).toMatchObject({ ref: { name: 'b' }, retryAfterMs: 5 });
    expect(answers[2]).toMatchObject({ ref: { name: 'c' } });
  });

  it('keeps its answers if the policy ends with an error of its own, with that error in each open place', async () => {
    const { provider } = scripted(['A', failed('unavailable'), 'C']);
    const policy: Policy = async (run, ctx) => {
      try {
        return await run(ctx);
      } catch {
        throw failed('circuit_open');
      }
    };
    const answers = await around({ name: 'opening', policy })(provider).getMany(refs, {});
    expect(answers.map(revealed)).toEqual(['A', 'failed: circuit_open', 'C']);
  });

  it('has unknown in each open place if the policy throws another error', async () => {
    const { provider } = scripted(['A', failed('unavailable'), 'C']);
    const policy: Policy = async (run, ctx) => {
      await run(ctx).catch(() => undefined);
      throw new TypeError('CANARY');
    };
    const answers = await around({ name: 'careless', policy })(provider).getMany(refs, {});
    expect(answers.map(revealed)).toEqual(['A', 'failed: unknown', 'C']);
    expect(answers[1]).toMatchObject({ operation: 'getMany', ref: { name: 'b' } });
    expect(JSON.stringify(answers)).not.toContain('CANARY');
  });

  it('rejects when it fails before any answer', async () => {
    const failure = failed('unavailable');
    const { provider } = scripted(failure, failure);
    await expect(trying(2)(provider).getMany(refs, {})).rejects.toEqual(failure);
  });

  it("rejects for the caller's abort, with or without answers", async () => {
    const controller = new AbortController();
    const { provider } = scripted(['A', failed('unavailable'), 'C']);
    const policy: Policy = async (run, ctx) => {
      try {
        return await run(ctx);
      } catch (error) {
        controller.abort('enough');
        throw error;
      }
    };
    const batch = around({ name: 'aborting', policy })(provider).getMany(refs, { signal: controller.signal });
    expect(await outcome(batch)).toBe('enough');
  });

  it('may run twice concurrently: a later failure does not replace an answer', async () => {
    const held: ((answers: readonly Answer[]) => void)[] = [];
    const provider: SecretProvider & Required<Pick<SecretProvider, 'getMany'>> = {
      name: 'held',
      get: async () => undefined,
      getMany: () => new Promise((resolve) => held.push(resolve)),
    };
    const hedged: Policy = async (run, ctx) => {
      const both = [run(ctx), run(ctx)];
      return (await Promise.any(both).catch(() => Promise.all(both))) as Awaited<(typeof both)[number]>;
    };
    const batch = around({ name: 'hedged', policy: hedged })(provider).getMany(refs, {});
    await Promise.resolve();
    held[1]?.([seal('A'), seal('B'), seal('C')]);
    held[0]?.([failed('unavailable'), failed('unavailable'), failed('unavailable')]);
    expect((await batch).map(revealed)).toEqual(['A', 'B', 'C']);
  });
});

describe('a policy', () => {
  it('gets the operation, the refs and the scope', async () => {
    const calls: Call[] = [];
    const watching = around({
      name: 'watching',
      policy: (run, ctx, call) => {
        calls.push(call);
        return run(ctx);
      },
    });
    const every = watching({
      name: 'every',
      get: async () => undefined,
      getMany: async (all) => all.map(() => undefined),
      list: async () => ({ refs: [] }),
      set: async () => undefined,
      compareAndSet: async () => ({ version: '2' }),
      listVersions: async () => [{ version: '2' }],
      delete: async () => undefined,
    });
    const scope = { account: 'acct_1' };
    const ref = { name: 'a', scope };
    await every.get(ref, {});
    await every.getMany([ref, ref], {});
    await every.list({ scope }, {});
    await every.set(ref, seal('value'), {});
    expect(await every.compareAndSet(ref, seal('value'), '1', {})).toEqual({ version: '2' });
    expect(await every.listVersions(ref, {})).toEqual([{ version: '2' }]);
    await every.delete(ref, {});
    expect(calls).toEqual([
      { provider: 'every', operation: 'get', refs: [ref], scope },
      { provider: 'every', operation: 'getMany', refs: [ref, ref], scope, failures: expect.any(Function) },
      { provider: 'every', operation: 'list', refs: [], scope },
      { provider: 'every', operation: 'set', refs: [ref], scope },
      { provider: 'every', operation: 'compareAndSet', refs: [ref], scope },
      { provider: 'every', operation: 'listVersions', refs: [ref], scope },
      { provider: 'every', operation: 'delete', refs: [ref], scope },
    ]);
  });

  it('decides the context of the inner provider', async () => {
    const contexts: CallContext[] = [];
    const provider: SecretProvider = {
      name: 'own',
      get: async (_, ctx) => {
        contexts.push(ctx);
        return undefined;
      },
    };
    const lowering = around({ name: 'lowering', policy: (run, ctx) => run({ ...ctx, deadline: 5 }) });
    await lowering(provider).get({ name: 'a' }, { fresh: true });
    expect(contexts).toEqual([{ fresh: true, deadline: 5 }]);
  });

  it('may throw instead of rejecting', async () => {
    const throwing: Policy = () => {
      throw failed('circuit_open');
    };
    const { provider } = scripted();
    expect(await outcome(around({ name: 'throwing', policy: throwing })(provider).getMany(refs, {}))).toBe(
      'circuit_open',
    );
  });
});

describe('a middleware made with around', () => {
  it.each([undefined, {}, 'policy'])('needs a policy that is a function: %j', (policy) => {
    expect(() => around({ name: 'own', policy: policy as never })).toThrow(
      /around: policy must be a function/,
    );
  });

  it('runs a deletion under the policy, and shows its state', async () => {
    const operations: string[] = [];
    const counted = around({
      name: 'counted',
      policy: (run, ctx, { operation }) => {
        operations.push(operation);
        return run(ctx);
      },
      snapshot: () => ({ calls: operations.length }),
    });
    const deleted: string[] = [];
    const stack = counted({
      name: 'deleting',
      get: async () => undefined,
      delete: async ({ name }: SecretRef) => void deleted.push(name),
    });
    await stack.delete({ name: 'x' }, {});
    expect([operations, deleted]).toEqual([['delete'], ['x']]);
    expect(layersOf(stack)[0]?.snapshot?.()).toEqual({ calls: 1 });
  });

  it('has no snapshot, and no kind, if there is none', () => {
    const plain = around({ name: 'plain', policy: (run, ctx) => run(ctx) });
    const stack = plain({ name: 'store', get: async () => undefined });
    expect(layersOf(stack).map((layer) => Object.keys(layer))).toEqual([['name', 'options']]);
  });
});
