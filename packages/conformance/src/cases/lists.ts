import type { SecretRef } from '@secretkit/core/provider';
import type { Bench, ProviderCase } from '../case.js';
import { expectThat } from '../failure.js';
import { able } from './able.js';

const canary = 'CANARY-of-a-list';

export const lists: readonly ProviderCase[] = [
  able('list', {
    id: 'lists/all',
    title: 'a list has every name once, over as many pages as it takes',
    why: 'names after the first page are the ones that nobody rotates',
    async run(bench) {
      const names = await fill(bench);
      expectSame(namesOf(bench, await collect(bench)), names.map(folding(bench)));
    },
  }),
  able('list', {
    id: 'lists/pages',
    title: 'pages of two hold every name once, and end',
    why: 'a cursor that stands still is a loop, one that jumps loses names',
    async run(bench) {
      const names = await fill(bench, 7);
      const refs: SecretRef[] = [];
      let cursor: string | undefined;
      let pages = 0;
      do {
        const page = await bench.provider.list?.({ limit: 2, ...(cursor !== undefined && { cursor }) }, {});
        expectThat(page !== undefined && page.refs.length <= 2, 'two refs at most', `${page?.refs.length}`);
        refs.push(...(page?.refs ?? []));
        cursor = page?.cursor;
        pages += 1;
        expectThat(pages <= 20, 'a last page', 'more and more of them');
      } while (cursor !== undefined);
      expectSame(namesOf(bench, refs), names.map(folding(bench)));
    },
  }),
  able('list', {
    id: 'lists/empty',
    title: 'the list of an empty store ends, without a name',
    why: 'a loop that waits for a last page must see it',
    async run(bench) {
      const refs = await collect(bench);
      expectThat(refs.length === 0, 'no name', String(refs.length));
    },
  }),
  able('list', {
    id: 'lists/scopes',
    title: 'a list has the names of one scope and no other',
    why: 'the names of a tenant’s secrets are the tenant’s',
    applies: ({ scopes }) => scopes.length > 0,
    async run(bench) {
      const { put, secrets, facts } = bench;
      await put({ name: 'of-nobody' }, 'value');
      for (const field of facts.scopes) {
        await put({ name: `of-${field}`, scope: { [field]: `acct_${field}` } }, 'value');
      }
      expectSame(namesOf(bench, await collect(bench)), ['of-nobody'].map(folding(bench)));
      for (const field of facts.scopes) {
        const scope = { [field]: `acct_${field}` };
        const refs = await gather(secrets.list({ scope }));
        expectSame(namesOf(bench, refs), [`of-${field}`].map(folding(bench)));
        const inScope = refs.every((ref) => ref.scope?.[field] === `acct_${field}`);
        expectThat(inScope, 'refs that say whose they are', 'refs without their scope');
      }
    },
  }),
  able('list', {
    id: 'lists/values',
    title: 'a list holds names, and never a value',
    why: 'lists are printed',
    async run(bench) {
      await bench.put({ name: 'conformance-listed' }, canary);
      const page = await bench.provider.list?.({}, {}); // the client would leave out what is beside names
      expectThat(page?.refs.length === 1, 'one ref', String(page?.refs.length));
      expectThat(!JSON.stringify(page).includes(canary), 'names alone', 'the value among them');
    },
  }),
];

/** Fills the store, with more than a page of a hundred where it holds as many, and answers with the names. */
async function fill({ put, facts: { maxSecrets } }: Bench, count = 101): Promise<string[]> {
  const names = Array.from(
    { length: Math.min(count, maxSecrets ?? count) },
    (_, at) => `conformance-${String(at).padStart(3, '0')}`,
  );
  for (const name of names) await put({ name }, 'value');
  return names;
}

function collect({ secrets }: Bench): Promise<SecretRef[]> {
  return gather(secrets.list());
}

async function gather(refs: AsyncIterable<SecretRef>): Promise<SecretRef[]> {
  const gathered: SecretRef[] = [];
  for await (const ref of refs) gathered.push(ref);
  return gathered;
}

function folding({ facts }: Bench): (name: string) => string {
  return (name) => facts.fold?.(name) ?? name;
}

function namesOf(bench: Bench, refs: readonly SecretRef[]): string[] {
  return refs.map(({ name }) => folding(bench)(name));
}

function expectSame(came: readonly string[], expected: readonly string[]): void {
  const twice = came.length - new Set(came).size;
  const lost = expected.filter((name) => !came.includes(name)).length;
  const strange = came.filter((name) => !expected.includes(name)).length;
  expectThat(
    twice + lost + strange === 0,
    `${expected.length} names, once each`,
    `${lost} lost, ${twice} twice, ${strange} that were not asked for`,
  );
}
