import { isSecretError, type Secret, SecretError, type SecretRef, seal } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { batchReader } from './batch-reader.js';
import type { StripePage, StripeSecret } from './stripe-answer.js';

/** A backend for batches, which counts what it is asked. */
function backend(
  pages: readonly (readonly Partial<StripeSecret>[] | SecretError)[],
  find: (ref: SecretRef) => Secret | undefined = ({ name }) => seal(`found ${name}`),
) {
  const asked = { lists: 0, withoutPayloads: 0, finds: [] as string[] };
  return {
    asked,
    parts: {
      async list(after: string | undefined, payloads: boolean): Promise<StripePage> {
        if (!payloads) asked.withoutPayloads += 1;
        const isBefore = (page: (typeof pages)[number]): boolean =>
          !isSecretError(page) && page.at(-1)?.id === after;
        const at = after === undefined ? 0 : pages.findIndex(isBefore) + 1;
        asked.lists += 1;
        const page = pages[at] ?? [];
        if (isSecretError(page)) throw page;
        return { secrets: page.map(secretOf), hasMore: at + 1 < pages.length };
      },
      async find(ref: SecretRef) {
        asked.finds.push(ref.name);
        return find(ref);
      },
      answerOf: ({ payload = '' }: StripeSecret) => {
        if (payload === 'bad') throw new SecretError('invalid_data', 'it cannot be read.');
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
  it('of one name is a find, of more a list', async () => {
    const read = batchReader();
    const { parts, asked } = backend([listed('a', 'b')]);
    expect(shown(await read(refs('a'), parts))).toEqual(['found a']);
    expect(asked).toMatchObject({ lists: 0, finds: ['a'] });
    expect(shown(await read(refs('b', 'none', 'a'), parts))).toEqual(['value of b', undefined, 'value of a']);
    expect(asked).toMatchObject({ lists: 1, withoutPayloads: 0, finds: ['a'] });
  });

  it('follows pages until it has found every name, and no further', async () => {
    const { parts, asked } = backend([listed('a', 'b'), listed('c'), listed('d')]);
    expect(shown(await batchReader()(refs('a', 'c'), parts))).toEqual(['value of a', 'value of c']);
    expect(asked.lists).toBe(2);
    expect(shown(await batchReader()(refs('a', 'none'), parts))).toEqual(['value of a', undefined]);
    expect(asked.lists).toBe(2 + 3);
  });

  it('keeps what the first page answered where a later one fails', async () => {
    const { parts } = backend([listed('a'), new SecretError('unavailable', 'HTTP 503.')]);
    expect(shown(await batchReader()(refs('a', 'b'), parts))).toEqual(['value of a', 'unavailable']);
  });

  it('rejects when the first page fails: nothing has an answer then', async () => {
    const { parts } = backend([new SecretError('rate_limited', 'HTTP 429.')]);
    await expect(batchReader()(refs('a', 'b'), parts)).rejects.toMatchObject({ code: 'rate_limited' });
  });

  it('keeps the others’ answers where one cannot be read', async () => {
    const { parts } = backend([[{ name: 'a', payload: 'bad' }, { name: 'b' }]]);
    expect(shown(await batchReader()(refs('a', 'b'), parts))).toEqual(['invalid_data', 'value of b']);
  });

  it('never takes a list that goes round in circles for one that ends', async () => {
    const { parts } = backend([listed('a')]);
    const circling = { ...parts, list: async () => ({ secrets: [secretOf({})], hasMore: true }) };
    expect(shown(await batchReader()(refs('a', 'b'), circling))).toEqual(['value of a', 'invalid_data']);
    const hollow = { ...parts, list: async () => ({ secrets: [], hasMore: true }) };
    await expect(batchReader()(refs('a', 'b'), hollow)).rejects.toMatchObject({ code: 'invalid_data' });
  });

  it('gives up on a list without an end', async () => {
    const { parts } = backend([]);
    let pages = 0;
    const endless = {
      ...parts,
      list: async () => {
        pages += 1;
        return { secrets: [secretOf({ name: `n${pages}` })], hasMore: true };
      },
    };
    expect(shown(await batchReader()(refs('n1', 'b'), endless))).toEqual(['value of n1', 'invalid_data']);
    expect(pages).toBe(101);
  });
});

describe('where a list hides payloads', () => {
  const hiding = () => backend([[{ name: 'a', payload: undefined }, { name: 'b' }]]);

  it('what came without is found by itself, and missing names are not looked for', async () => {
    const { parts, asked } = hiding();
    expect(shown(await batchReader()(refs('a', 'b', 'none'), parts))).toEqual([
      'found a',
      'value of b',
      undefined,
    ]);
    expect(asked).toMatchObject({ lists: 1, withoutPayloads: 0, finds: ['a'] });
  });

  it('that is remembered: the next batch does not try again', async () => {
    const { parts, asked } = hiding();
    const read = batchReader();
    await read(refs('a', 'b'), parts);
    expect(shown(await read(refs('b', 'a'), parts))).toEqual(['found b', 'found a']);
    expect(asked).toMatchObject({ lists: 1, finds: ['a', 'b', 'a'] });
  });

  it('more names than a scope holds are not looked for one by one: a list says which are there', async () => {
    const { parts, asked } = hiding();
    const read = batchReader();
    await read(refs('a', 'b'), parts);
    const many = Array.from({ length: 10 }, (_, at) => `none-${at}`);
    expect(shown(await read(refs('a', ...many), parts))).toEqual(['found a', ...many.map(() => undefined)]);
    expect(asked).toEqual({ lists: 2, withoutPayloads: 1, finds: ['a', 'a'] });
    await read(refs('a', ...many.slice(1)), parts); // as many as it may hold
    expect(asked).toMatchObject({ lists: 2, finds: { length: 12 } });
  });

  it('a failure stands in its place, and the others keep their answers', async () => {
    const failing = backend(
      [
        [
          { name: 'a', payload: undefined },
          { name: 'b', payload: undefined },
        ],
      ],
      ({ name }) => {
        if (name === 'a') throw new SecretError('timeout', 'too late.');
        return seal('found b');
      },
    );
    expect(shown(await batchReader()(refs('a', 'b'), failing.parts))).toEqual(['timeout', 'found b']);
  });

  it('an abort rejects the whole, with its reason', async () => {
    const leaving = backend([[{ name: 'a', payload: undefined }]], () => {
      throw 'enough';
    });
    await expect(batchReader()(refs('a', 'b'), leaving.parts)).rejects.toBe('enough');
  });
});

it('a name that the list shows in another case is asked for by itself: whether it is the same, Stripe knows', async () => {
  const { parts, asked } = backend([listed('Token', 'b')]);
  expect(shown(await batchReader()(refs('token', 'b'), parts))).toEqual(['found token', 'value of b']);
  expect(asked.finds).toEqual(['token']);
});
