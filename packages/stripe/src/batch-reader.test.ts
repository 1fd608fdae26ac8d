import { isSecretError, type Secret, SecretError, type SecretRef, seal } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { batchReader } from './batch-reader.js';
import type { StripePage, StripeSecret } from './stripe-answer.js';

/** A backend for batches that counts its calls. */
function backend(
  pages: readonly (readonly Partial<StripeSecret>[] | SecretError)[],
  find: (ref: SecretRef) => Secret | undefined = ({ name }) => seal(`found ${name}`),
) {
  const counts = { lists: 0, withoutPayloads: 0, finds: [] as string[] };
  return {
    counts,
    calls: {
      async list(after: string | undefined, payloads: boolean): Promise<StripePage> {
        if (!payloads) counts.withoutPayloads += 1;
        const isBefore = (page: (typeof pages)[number]): boolean =>
          !isSecretError(page) && page.at(-1)?.id === after;
        const at = after === undefined ? 0 : pages.findIndex(isBefore) + 1;
        counts.lists += 1;
        const page = pages[at] ?? [];
        if (isSecretError(page)) throw page;
        return { secrets: page.map(secretOf), hasMore: at + 1 < pages.length };
      },
      async find(ref: SecretRef) {
        counts.finds.push(ref.name);
        return find(ref);
      },
      answerOf: ({ payload = '' }: StripeSecret) => {
        if (payload === 'bad') throw new SecretError('invalid_data', 'invalid.');
        return seal(payload);
      },
    },
  };
}

function secretOf(fields: Partial<StripeSecret> | undefined): StripeSecret {
  const { name = 'a' } = fields ?? {};
  return {
    id: `id of ${name}`,
    name,
    scope: undefined,
    livemode: false,
    createdAt: new Date(0),
    expiresAt: undefined,
    payload: `value of ${name}`,
    details: {},
    ...fields,
  };
}

const listed = (...names: string[]) => names.map((name) => ({ name, id: `id of ${name}` }));
const refs = (...names: string[]) => names.map((name) => ({ name }));
const shown = (answers: readonly unknown[]) =>
  answers.map((answer) => (isSecretError(answer) ? answer.code : (answer as Secret | undefined)?.reveal()));

describe('a batch', () => {
  it('reads one name with find, and more names with one list', async () => {
    const read = batchReader();
    const { calls, counts } = backend([listed('a', 'b')]);
    expect(shown(await read(refs('a'), calls))).toEqual(['found a']);
    expect(counts).toMatchObject({ lists: 0, finds: ['a'] });
    expect(shown(await read(refs('b', 'none', 'a'), calls))).toEqual(['value of b', undefined, 'value of a']);
    expect(counts).toMatchObject({ lists: 1, withoutPayloads: 0, finds: ['a'] });
  });

  it('reads pages until every name is found', async () => {
    const { calls, counts } = backend([listed('a', 'b'), listed('c'), listed('d')]);
    expect(shown(await batchReader()(refs('a', 'c'), calls))).toEqual(['value of a', 'value of c']);
    expect(counts.lists).toBe(2);
    expect(shown(await batchReader()(refs('a', 'none'), calls))).toEqual(['value of a', undefined]);
    expect(counts.lists).toBe(2 + 3);
  });

  it('keeps the secrets of the first page when a later page fails', async () => {
    const { calls } = backend([listed('a'), new SecretError('unavailable', 'HTTP 503.')]);
    expect(shown(await batchReader()(refs('a', 'b'), calls))).toEqual(['value of a', 'unavailable']);
  });

  it('rejects when the first page fails', async () => {
    const { calls } = backend([new SecretError('rate_limited', 'HTTP 429.')]);
    await expect(batchReader()(refs('a', 'b'), calls)).rejects.toMatchObject({ code: 'rate_limited' });
  });

  it('keeps the other answers when one secret is invalid', async () => {
    const { calls } = backend([[{ name: 'a', payload: 'bad' }, { name: 'b' }]]);
    expect(shown(await batchReader()(refs('a', 'b'), calls))).toEqual(['invalid_data', 'value of b']);
  });

  it('rejects a list that repeats a page, or has an empty page', async () => {
    const { calls } = backend([listed('a')]);
    const repeating = { ...calls, list: async () => ({ secrets: [secretOf({})], hasMore: true }) };
    expect(shown(await batchReader()(refs('a', 'b'), repeating))).toEqual(['value of a', 'invalid_data']);
    const empty = { ...calls, list: async () => ({ secrets: [], hasMore: true }) };
    await expect(batchReader()(refs('a', 'b'), empty)).rejects.toMatchObject({ code: 'invalid_data' });
  });

  it('stops reading a list that does not end', async () => {
    const { calls } = backend([]);
    let pages = 0;
    const endless = {
      ...calls,
      list: async () => {
        pages += 1;
        return { secrets: [secretOf({ name: `n${pages}` })], hasMore: true };
      },
    };
    expect(shown(await batchReader()(refs('n1', 'b'), endless))).toEqual(['value of n1', 'invalid_data']);
    expect(pages).toBe(101);
  });
});

describe('a batch over lists without payloads', () => {
  const hiding = () => backend([[{ name: 'a', payload: undefined }, { name: 'b' }]]);

  it('finds each secret that has no payload, and no missing names', async () => {
    const { calls, counts } = hiding();
    expect(shown(await batchReader()(refs('a', 'b', 'none'), calls))).toEqual([
      'found a',
      'value of b',
      undefined,
    ]);
    expect(counts).toMatchObject({ lists: 1, withoutPayloads: 0, finds: ['a'] });
  });

  it('makes no list for the next batch', async () => {
    const { calls, counts } = hiding();
    const read = batchReader();
    await read(refs('a', 'b'), calls);
    expect(shown(await read(refs('b', 'a'), calls))).toEqual(['found b', 'found a']);
    expect(counts).toMatchObject({ lists: 1, finds: ['a', 'b', 'a'] });
  });

  it('finds only the listed names when there are more names than a scope can hold', async () => {
    const { calls, counts } = hiding();
    const read = batchReader();
    await read(refs('a', 'b'), calls);
    const many = Array.from({ length: 10 }, (_, at) => `none-${at}`);
    expect(shown(await read(refs('a', ...many), calls))).toEqual(['found a', ...many.map(() => undefined)]);
    expect(counts).toEqual({ lists: 2, withoutPayloads: 1, finds: ['a', 'a'] });
    await read(refs('a', ...many.slice(1)), calls); // as many as a scope can hold
    expect(counts).toMatchObject({ lists: 2, finds: { length: 12 } });
  });

  it('returns a failure in the place of its answer', async () => {
    const failing = backend(
      [
        [
          { name: 'a', payload: undefined },
          { name: 'b', payload: undefined },
        ],
      ],
      ({ name }) => {
        if (name === 'a') throw new SecretError('timeout', 'HTTP 504.');
        return seal('found b');
      },
    );
    expect(shown(await batchReader()(refs('a', 'b'), failing.calls))).toEqual(['timeout', 'found b']);
  });

  it('rejects with the reason of an abort', async () => {
    const leaving = backend([[{ name: 'a', payload: undefined }]], () => {
      throw 'enough';
    });
    await expect(batchReader()(refs('a', 'b'), leaving.calls)).rejects.toBe('enough');
  });
});

it('a name that the list has in another case is found alone: Stripe decides whether the names are the same', async () => {
  const { calls, counts } = backend([listed('Token', 'b')]);
  expect(shown(await batchReader()(refs('token', 'b'), calls))).toEqual(['found token', 'value of b']);
  expect(counts.finds).toEqual(['token']);
});
