import { isSecretError } from '@secretkit/core/provider';
import type { ProviderCase } from '../case.js';
import { expectThat } from '../failure.js';
import { expectCalls, expectCode, expectMissing, expectValue } from '../outcome.js';

export const batches: readonly ProviderCase[] = [
  {
    id: 'batches/none',
    title: 'an empty batch makes no call',
    why: 'an empty configuration must cost nothing',
    run: ({ secrets, calls }) => expectCalls(0, calls, () => secrets.getMany({})),
  },
  {
    id: 'batches/order',
    title: 'each answer of a batch is under its own key, also if a secret is missing',
    why: 'if the answers shift by one place, every service gets the password of another',
    async run({ secrets, put }) {
      await put({ name: 'conformance-a' }, 'of a');
      await put({ name: 'conformance-b' }, 'of b');
      const found = await secrets.getMany({
        b: 'conformance-b',
        none: 'conformance-none',
        a: 'conformance-a',
        again: 'conformance-b',
      });
      await expectValue(async () => found.a, 'of a');
      await expectValue(async () => found.b, 'of b');
      await expectValue(async () => found.again, 'of b');
      await expectMissing(async () => found.none);
    },
  },
  {
    id: 'batches/provider',
    title: 'getMany reads several refs with one backend call, and returns one answer for each ref, in order',
    why: 'a getMany that reads refs one by one is as slow as a loop, and hides it',
    async run({ provider, put, calls }) {
      if (!provider.getMany) return;
      const names = ['conformance-a', 'conformance-b', 'conformance-c', 'conformance-d'];
      for (const name of names) await put({ name }, `of ${name}`);
      const refs = [...names, 'conformance-none'].reverse().map((name) => ({ name }));
      const before = calls();
      const answers = await provider.getMany(refs, {});
      const made = calls() - before;
      expectThat(made < refs.length, `fewer calls than ${refs.length} refs`, String(made));
      expectThat(answers.length === refs.length, `${refs.length} answers`, String(answers.length));
      for (const [at, { name }] of refs.entries()) {
        const answer = async (): Promise<unknown> => answers[at];
        await (name === 'conformance-none' ? expectMissing(answer) : expectValue(answer, `of ${name}`));
      }
    },
  },
  {
    id: 'batches/duplicates',
    title: 'a secret that is requested twice is read once',
    why: 'two services that share a credential must not cost two calls',
    async run({ secrets, put, calls }) {
      await put({ name: 'conformance-a' }, 'of a');
      await expectCalls(1, calls, () => secrets.getMany({ one: 'conformance-a', two: 'conformance-a' }));
    },
  },
  {
    id: 'batches/scopes',
    title: 'a batch over two scopes separates them',
    why: 'a batch that is grouped wrongly returns the secrets of one tenant to another',
    applies: ({ scopes }) => scopes.length > 0,
    async run({ secrets, put, traits: { scopes } }) {
      const name = 'conformance-a';
      const [field = 'user'] = scopes;
      const ofOne = { name, scope: { [field]: 'acct_one' } };
      const ofTwo = { name, scope: { [field]: 'acct_two' } };
      const [another, anotherOfOne] = ['conformance-b', { ...ofOne, name: 'conformance-b' }];
      await put(ofOne, 'of one');
      await put({ name }, 'of the default scope');
      const found = await secrets.getMany({ name, ofOne, ofTwo, another, anotherOfOne });
      await expectValue(async () => found.name, 'of the default scope');
      await expectValue(async () => found.ofOne, 'of one');
      await expectMissing(async () => found.ofTwo);
    },
  },
  {
    id: 'batches/failing',
    title: 'a batch that fails has an error in each place, and no value',
    why: 'if a failure looks like a missing secret, an application starts without its password',
    applies: ({ faults = [] }) => faults.length > 0,
    async run({ secrets, put, fault, traits: { faults = [] } }) {
      const [first] = faults;
      await put({ name: 'conformance-a' }, 'of a');
      await put({ name: 'conformance-b' }, 'of b');
      if (first) await fault?.(first);
      const answers = await secrets.getManySettled({ a: 'conformance-a', b: 'conformance-b' });
      const failures = Object.values(answers).filter((answer) => isSecretError(answer));
      expectThat(failures.length === 2, 'two errors', String(failures.length));
      const code = failures[0]?.code ?? 'unknown';
      await expectCode(() => secrets.getMany({ a: 'conformance-a', b: 'conformance-b' }), code);
    },
  },
];
