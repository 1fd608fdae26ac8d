import { isSecretError } from '@secretkit/core/provider';
import type { ProviderCase } from '../case.js';
import { expectThat } from '../failure.js';
import { expectCalls, expectCode, expectMissing, expectValue } from '../outcome.js';

export const batches: readonly ProviderCase[] = [
  {
    id: 'batches/none',
    title: 'a batch of nothing makes no call',
    why: 'an empty configuration should cost nothing',
    run: ({ secrets, calls }) => expectCalls(0, calls, () => secrets.getMany({})),
  },
  {
    id: 'batches/order',
    title: 'each answer of a batch stands under its key, missing ones too',
    why: 'answers that move by one place give every service its neighbour’s password',
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
    title: 'where a backend serves many, it does so in one call, with one answer for each ref, in order',
    why: 'a batch that is a loop inside takes as long as the loop, and hides it',
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
    title: 'a secret that is named twice is fetched once',
    why: 'two services that share a credential should not pay twice',
    async run({ secrets, put, calls }) {
      await put({ name: 'conformance-a' }, 'of a');
      await expectCalls(1, calls, () => secrets.getMany({ one: 'conformance-a', two: 'conformance-a' }));
    },
  },
  {
    id: 'batches/scopes',
    title: 'a batch over two scopes keeps them apart',
    why: 'a batch that is grouped carelessly reads one tenant’s secrets for another',
    applies: ({ scopes }) => scopes.length > 0,
    async run({ secrets, put, facts: { scopes } }) {
      const name = 'conformance-a';
      const [field = 'user'] = scopes;
      const hers = { name, scope: { [field]: 'acct_hers' } };
      const his = { name, scope: { [field]: 'acct_his' } };
      const [beside, besideHers] = ['conformance-b', { ...hers, name: 'conformance-b' }];
      await put(hers, 'hers');
      await put({ name }, 'of nobody in particular');
      const found = await secrets.getMany({ name, hers, his, beside, besideHers });
      await expectValue(async () => found.name, 'of nobody in particular');
      await expectValue(async () => found.hers, 'hers');
      await expectMissing(async () => found.his);
    },
  },
  {
    id: 'batches/failing',
    title: 'a batch that fails gives each place an error, and no value',
    why: 'a failure that is read as absence makes an application start without its password',
    applies: ({ faults = [] }) => faults.length > 0,
    async run({ secrets, put, fault, facts: { faults = [] } }) {
      const [first] = faults;
      await put({ name: 'conformance-a' }, 'of a');
      await put({ name: 'conformance-b' }, 'of b');
      if (first) await fault?.(first);
      const settled = await secrets.getManySettled({ a: 'conformance-a', b: 'conformance-b' });
      const failures = Object.values(settled).filter((answer) => isSecretError(answer));
      expectThat(failures.length === 2, 'two errors', `${failures.length} of them`);
      const code = failures[0]?.code ?? 'unknown';
      await expectCode(() => secrets.getMany({ a: 'conformance-a', b: 'conformance-b' }), code);
    },
  },
];
