import { describe, expectTypeOf, it } from 'vitest';
import type { SecretProvider } from '../contract/provider.js';
import type { Secret } from '../contract/secret.js';
import type { SecretError } from '../contract/secret-error.js';
import { around } from '../kernel/around.js';
import { compose } from '../kernel/compose.js';
import type { Middleware, Wrapped } from '../kernel/define-middleware.js';
import { createSecrets } from './create-secrets.js';
import type { ScopedSecrets, Secrets, SecretsReader } from './secrets.js';

type ReadOnly = Pick<SecretProvider, 'name' | 'get'>;
interface Listing extends ReadOnly, Required<Pick<SecretProvider, 'list'>> {}
interface Whole extends ReadOnly, Required<Pick<SecretProvider, 'getMany' | 'list' | 'set' | 'delete'>> {}
interface Versioned extends Whole, Required<Pick<SecretProvider, 'compareAndSet' | 'listVersions'>> {}

declare const readOnly: ReadOnly;
declare const listing: Listing;
declare const whole: Whole;
declare const versioned: Versioned;
declare const unknown: SecretProvider;
declare const either: ReadOnly | Whole;

const layer = around({ name: 'layer', policy: (run, ctx) => run(ctx) });
const four: Middleware = compose(layer, layer, layer, layer);

describe('what is known of a backend is known of every stack around it', () => {
  it('through compose with four middlewares', () => {
    expectTypeOf(four(whole)).toExtend<
      Required<Pick<SecretProvider, 'getMany' | 'list' | 'set' | 'delete'>>
    >();
    expectTypeOf(four(listing)).toHaveProperty('list');
    expectTypeOf(four(listing)).not.toHaveProperty('set');
    expectTypeOf(four(readOnly)).not.toHaveProperty('getMany');
    expectTypeOf(four(readOnly)).toExtend<SecretProvider>();
  });

  it('and wrapping twice is wrapping once', () => {
    expectTypeOf<Wrapped<Wrapped<Whole>>>().toEqualTypeOf<Wrapped<Whole>>();
    expectTypeOf<Wrapped<Wrapped<ReadOnly>>>().toEqualTypeOf<Wrapped<ReadOnly>>();
    expectTypeOf<Wrapped<Wrapped<SecretProvider>>>().toEqualTypeOf<Wrapped<SecretProvider>>();
  });
});

describe('a method of the client', () => {
  it('does not compile where it is known to be absent', () => {
    const reading = createSecrets(four(readOnly));
    // @ts-expect-error it cannot be written
    void reading.set;
    // @ts-expect-error it cannot be deleted
    void reading.delete;
    // @ts-expect-error it cannot be listed
    void reading.list;
    // @ts-expect-error nor within a scope
    void reading.scoped({ account: 'a' }).set;
    // @ts-expect-error it lists, and cannot be written
    void createSecrets(four(listing)).set;
    // @ts-expect-error it cannot compare
    void createSecrets(four(whole)).compareAndSet;
    // @ts-expect-error it has no versions
    void createSecrets(whole).listVersions;
    expectTypeOf(reading.getMany).toBeFunction();
    expectTypeOf(createSecrets(four(listing)).list).toBeFunction();
  });

  it('is there where it is known to be, or not known not to be', () => {
    expectTypeOf(createSecrets(four(whole)).set).toBeFunction();
    expectTypeOf(createSecrets(four(unknown)).set).toBeFunction();
    expectTypeOf(createSecrets(four(versioned)).compareAndSet).returns.resolves.toEqualTypeOf<{
      readonly version: string;
    }>();
    expectTypeOf(createSecrets(four(unknown)).listVersions).toBeFunction();
    expectTypeOf(createSecrets(four(either)).delete).toBeFunction();
    expectTypeOf(createSecrets(either).list).toBeFunction();
  });
});

describe('a client', () => {
  it('is a SecretsReader, whatever its backend', () => {
    expectTypeOf<Secrets<ReadOnly>>().toExtend<SecretsReader>();
    expectTypeOf<Secrets<Whole>>().toExtend<SecretsReader>();
    expectTypeOf<Secrets>().toExtend<SecretsReader>();
    expectTypeOf<ScopedSecrets<Whole>>().toExtend<SecretsReader>();
  });

  it('within a scope cannot be closed', () => {
    expectTypeOf<ScopedSecrets<Whole>>().not.toHaveProperty('close');
    expectTypeOf<Secrets<Whole>>().toHaveProperty('close');
  });

  it('answers a batch under the keys that it was asked with', async () => {
    const secrets = createSecrets(whole);
    const found = await secrets.getMany({
      db: 'DATABASE_URL',
      hook: { name: 'hook', scope: { user: 'usr_1' } },
    });
    expectTypeOf(found).toEqualTypeOf<{
      readonly db: Secret | undefined;
      readonly hook: Secret | undefined;
    }>();
    const settled = await secrets.getManySettled({ db: 'DATABASE_URL' });
    expectTypeOf(settled.db).toEqualTypeOf<Secret | SecretError | undefined>();
    const field = { name: 'db', version: '1', field: 'password' };
    expectTypeOf((await secrets.getMany({ field })).field).toEqualTypeOf<Secret | undefined>();
    // @ts-expect-error a field can only be read
    void secrets.set({ name: 'db', field: 'password' }, 'value');
    // @ts-expect-error nobody asked for it
    void found.other;
    // @ts-expect-error a list has no keys of your own
    void secrets.getMany(5);
  });

  it('answers require with a secret for certain', () => {
    expectTypeOf(createSecrets(readOnly).require('a')).resolves.toEqualTypeOf<Secret>();
    expectTypeOf(createSecrets(readOnly).get('a')).resolves.toEqualTypeOf<Secret | undefined>();
  });
});
