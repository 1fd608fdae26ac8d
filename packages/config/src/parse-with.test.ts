import { inspect } from 'node:util';
import { seal } from '@secretkit/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseWith } from './parse-with.js';

describe('parseWith', () => {
  it('returns the output, sealed with the version and the dates', async () => {
    const expiresAt = new Date('2030-01-01');
    const parsed = await parseWith(z.coerce.number(), seal('5432', { version: 'v1', expiresAt }));
    expect([parsed.reveal(), parsed.version, parsed.expiresAt, String(parsed)]).toEqual([
      5432,
      'v1',
      expiresAt,
      '[secret]',
    ]);
  });

  it.each([
    ['refuses', z.string().startsWith('x')],
    ['throws', z.string().transform((text) => JSON.parse(text) as unknown)],
    ['rejects', z.string().refine((text) => Promise.reject(new Error(text)))],
  ])('is invalid_data if the schema %s, without the value', async (_, schema) => {
    const error: unknown = await parseWith(schema, seal('CANARY')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'invalid_data' });
    expect(inspect(error)).not.toContain('CANARY');
  });
});
