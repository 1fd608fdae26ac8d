import type { SecretRef } from '@secretkit/core/provider';
import type { ProviderCase, TestContext } from '../case.js';
import { expectThat } from '../failure.js';
import { faultCodes } from '../fault-codes.js';
import { expectCode } from '../outcome.js';
import { withCapability } from './with-capability.js';

const canary = 'CANARY-of-a-list';

export const lists: readonly ProviderCase[] = [
  withCapability('list', {
    id: 'lists/all',
    title: 'a list has every name once, over all pages',
    why: 'a name that is not listed is not rotated',
    async run(context) {
      const names = await fill(context);
      expectSame(namesOf(context, await collect(context)), names.map(folding(context)));
    },
  }),
  withCapability('list', {
    id: 'lists/pages',
    title: 'pages of two refs have every name once, and there is a last page',
    why: 'a cursor that does not move makes an endless loop, one that skips loses names',
    async run(context) {
      const names = await fill(context, 7);
      const refs: SecretRef[] = [];
      let cursor: string | undefined;
      let pages = 0;
      do {
        const page = await context.provider.list?.({ limit: 2, ...(cursor !== undefined && { cursor }) }, {});
        expectThat(page !== undefined && page.refs.length <= 2, 'at most two refs', `${page?.refs.length}`);
        refs.push(...(page?.refs ?? []));
        expectThat(page?.cursor !== '' && page?.cursor !== null, 'a cursor, or none', 'an empty cursor');
        cursor = page?.cursor;
        pages += 1;
        expectThat(pages <= 20, 'a last page', 'more than 20 pages');
      } while (cursor !== undefined);
      expectSame(namesOf(context, refs), names.map(folding(context)));
    },
  }),
  withCapability('list', {
    id: 'lists/cut',
    title: `a list with the fault cutList rejects with ${faultCodes.cutList.join(' or ')}`,
    why: 'a list that ends early looks like a complete one, and the other names are missing from it',
    applies: ({ faults = [] }) => faults.includes('cutList'),
    async run(context) {
      await fill(context, 2);
      await context.fault?.('cutList');
      await expectCode(() => collect(context), ...faultCodes.cutList);
    },
  }),
  withCapability('list', {
    id: 'lists/empty',
    title: 'the list of an empty backend has no name and ends',
    why: 'a loop over pages must end',
    async run(context) {
      const refs = await collect(context);
      expectThat(refs.length === 0, 'no name', String(refs.length));
    },
  }),
  withCapability('list', {
    id: 'lists/scopes',
    title: 'a list has the names of exactly one scope',
    why: 'a tenant must not see the names of another tenant’s secrets',
    applies: ({ scopes }) => scopes.length > 0,
    async run(context) {
      const { put, secrets, traits } = context;
      await put({ name: 'of-default' }, 'value');
      for (const field of traits.scopes) {
        await put({ name: `of-${field}`, scope: { [field]: `acct_${field}` } }, 'value');
      }
      expectSame(namesOf(context, await collect(context)), ['of-default'].map(folding(context)));
      for (const field of traits.scopes) {
        const scope = { [field]: `acct_${field}` };
        const refs = await gather(secrets.list({ scope }));
        expectSame(namesOf(context, refs), [`of-${field}`].map(folding(context)));
        const inScope = refs.every((ref) => ref.scope?.[field] === `acct_${field}`);
        expectThat(inScope, 'refs with their scope', 'refs without it');
      }
    },
  }),
  withCapability('list', {
    id: 'lists/values',
    title: 'a list has names and no value',
    why: 'lists are printed',
    async run(context) {
      await context.put({ name: 'conformance-listed' }, canary);
      const page = await context.provider.list?.({}, {}); // the client would remove other fields
      expectThat(page?.refs.length === 1, 'one ref', String(page?.refs.length));
      expectThat(!JSON.stringify(page).includes(canary), 'only names', 'a page with the value');
    },
  }),
];

/** Fills the backend, with more than a hundred secrets if it can hold them, and returns the names. */
async function fill({ put, traits: { maxSecrets } }: TestContext, count = 101): Promise<string[]> {
  const names = Array.from(
    { length: Math.min(count, maxSecrets ?? count) },
    (_, at) => `conformance-${String(at).padStart(3, '0')}`,
  );
  for (const name of names) await put({ name }, 'value');
  return names;
}

function collect({ secrets }: TestContext): Promise<SecretRef[]> {
  return gather(secrets.list());
}

async function gather(refs: AsyncIterable<SecretRef>): Promise<SecretRef[]> {
  const gathered: SecretRef[] = [];
  for await (const ref of refs) gathered.push(ref);
  return gathered;
}

function folding({ traits }: TestContext): (name: string) => string {
  return (name) => traits.fold?.(name) ?? name;
}

function namesOf(context: TestContext, refs: readonly SecretRef[]): string[] {
  return refs.map(({ name }) => folding(context)(name));
}

function expectSame(got: readonly string[], expected: readonly string[]): void {
  const repeated = got.length - new Set(got).size;
  const missing = expected.filter((name) => !got.includes(name)).length;
  const unexpected = got.filter((name) => !expected.includes(name)).length;
  expectThat(
    repeated + missing + unexpected === 0,
    `${expected.length} names, once each`,
    `${missing} missing, ${repeated} repeated, ${unexpected} unexpected`,
  );
}
