import type { SecretError } from '@secretkit/core/provider';
import { afterEach, expect, it } from 'vitest';
import { createHttp } from './create-http.js';

const added = {
  allowInsecure: true,
  baseUrl: 'https://other.example',
  errors: () => ({ code: 'conflict' }),
  fetch: async () => Response.json({ from: 'other' }),
  headers: { authorization: 'CANARY' },
  isAnswer: () => true,
  maxBytes: 1,
  method: 'DELETE',
  owner: 'other',
  query: { other: 'CANARY' },
  as: 'text',
  requestId: () => 'CANARY',
  timeoutMs: 1,
};

afterEach(() => {
  for (const field of Object.keys(added)) Reflect.deleteProperty(Object.prototype, field);
});

it.each(Object.entries(added))(
  'the field %s, added to Object.prototype, changes no request',
  async (field, value) => {
    const sent: [string, string | undefined, object, unknown][] = [];
    let status = 200;
    const fetch = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
      sent.push([String(url), init?.method, { ...(init?.headers as object) }, init?.body]);
      return Response.json({ from: 'own' }, { status });
    };
    const global = globalThis.fetch;
    globalThis.fetch = fetch;
    Object.defineProperty(Object.prototype, field, { value, configurable: true, writable: true });
    try {
      const http = createHttp({ baseUrl: 'https://own.example' });
      expect((await http.request({ path: ['a'] })).body).toEqual({ from: 'own' });
      status = 418;
      await expect(http.request({ path: ['a'] })).rejects.toMatchObject({
        code: 'unknown',
        details: { status: 418 },
        message: expect.not.stringContaining('other'),
      });
      const failure: unknown = await http.request({ path: ['a'] }).catch((error: unknown) => error);
      expect(Object.keys((failure as SecretError).details)).toEqual(['status']);
      expect(() => createHttp({ baseUrl: 'http://own.example' })).toThrow(/^createHttp: baseUrl/);
      expect(() => createHttp({} as never)).toThrow(/^createHttp: baseUrl must/);
    } finally {
      globalThis.fetch = global;
    }
    for (const each of sent)
      expect(each.slice(0, 3)).toEqual(['https://own.example/a', 'GET', { accept: 'application/json' }]);
  },
);
