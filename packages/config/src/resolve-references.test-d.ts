import type { SecretsReader } from '@secretkit/core';
import type { Secret } from '@secretkit/core/provider';
import { describe, expectTypeOf, it } from 'vitest';
import { type Reference, type ReferenceText, ref } from './reference.js';
import { resolveReferences, revealReferences } from './resolve-references.js';
import type { Resolved } from './resolved.js';

declare const secrets: SecretsReader;

class Pool {
  readonly #size = 1;
  size = this.#size;
}

describe('a tree with resolved references', () => {
  it('has secrets in place of typed references', async () => {
    const config = await resolveReferences(
      {
        port: 8080,
        since: new Date(),
        run: (): string => 'text',
        db: { password: ref('db-password') },
        list: [ref('a')],
      },
      secrets,
    );
    expectTypeOf(config).toEqualTypeOf<{
      port: number;
      since: Date;
      run: () => string;
      db: { password: Secret };
      list: Secret[];
    }>();
  });

  it('may have a secret in place of each string', async () => {
    interface File {
      readonly host: string;
      readonly password: ReferenceText;
      readonly mode: 'on' | 'off';
      readonly key?: Reference;
      readonly tags: readonly string[];
    }
    expectTypeOf<Resolved<File>>().toEqualTypeOf<{
      readonly host: string | Secret;
      readonly password: Secret;
      readonly mode: 'on' | 'off';
      readonly key?: Secret;
      readonly tags: readonly (string | Secret)[];
    }>();
    const literal = await resolveReferences('secret://a' as const, secrets);
    expectTypeOf(literal).toEqualTypeOf<Secret>();
  });

  it('has strings after revealReferences', async () => {
    const file = { host: 'db.example', password: 'secret://a', port: 1, key: ref('key') };
    const config = await revealReferences(file, secrets);
    expectTypeOf(config).toEqualTypeOf<{ host: string; password: string; port: number; key: string }>();
  });

  it('keeps unknown, any, tuples and secrets', () => {
    expectTypeOf<Resolved<unknown>>().toEqualTypeOf<unknown>();
    expectTypeOf<Resolved<ReturnType<typeof JSON.parse>>>().toBeAny();
    expectTypeOf<Resolved<[1, ReferenceText]>>().toEqualTypeOf<[1, Secret]>();
    expectTypeOf<Resolved<{ secret: Secret<number> }>>().toEqualTypeOf<{ secret: Secret<number> }>();
    expectTypeOf<Resolved<Pool>>().toEqualTypeOf<{ size: number }>(); // a type does not show that it is an instance of a class
  });
});
