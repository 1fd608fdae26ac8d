import type { SecretsReader } from '@secretkit/core';
import type { Secret, SecretErrorCode } from '@secretkit/core/provider';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type { LiveSecrets } from './live-secrets.js';
import { loadSecrets } from './load-secrets.js';
import { optional } from './secret-spec.js';

declare const secrets: SecretsReader;

describe('a loaded secret has the output type of its schema', () => {
  it('with zod', async () => {
    const loaded = await loadSecrets(secrets, {
      URL: z.url(),
      PORT: z.coerce.number(),
      STRIPE: { ref: 'stripe-key', schema: z.string().startsWith('sk_') },
      LOGIN: {
        ref: { name: 'login', scope: { user: 'usr_1' } },
        schema: z.string().transform((text) => ({ text })),
      },
      REGION: { schema: z.enum(['eu', 'us']), default: 'eu' },
      HOSTS: { schema: z.string().transform((text) => text.split(',')), default: ['a', 'b'] },
      SENTRY: optional(z.url()),
      SIZE: optional({ ref: 'pool-size', schema: z.coerce.number() }),
    });
    expectTypeOf(loaded).toEqualTypeOf<{
      readonly URL: Secret;
      readonly PORT: Secret<number>;
      readonly STRIPE: Secret;
      readonly LOGIN: Secret<{ text: string }>;
      readonly REGION: Secret<'eu' | 'us'>;
      readonly HOSTS: Secret<string[]>;
      readonly SENTRY: Secret | undefined;
      readonly SIZE: Secret<number> | undefined;
    }>();
  });

  it('with valibot', async () => {
    const loaded = await loadSecrets(secrets, {
      URL: v.pipe(v.string(), v.url()),
      PORT: { ref: 'port', schema: v.pipe(v.string(), v.transform(Number), v.number()), default: 8080 },
      MAY: optional(v.picklist(['on', 'off'])),
    });
    expectTypeOf(loaded).toEqualTypeOf<{
      readonly URL: Secret;
      readonly PORT: Secret<number>;
      readonly MAY: Secret<'on' | 'off'> | undefined;
    }>();
  });

  it('with arktype', async () => {
    const loaded = await loadSecrets(secrets, {
      URL: type('string.url'),
      PORT: { ref: 'port', schema: type('string.numeric.parse') },
      MAY: optional(type("'on' | 'off'")),
    });
    expectTypeOf(loaded).toEqualTypeOf<{
      readonly URL: Secret;
      readonly PORT: Secret<number>;
      readonly MAY: Secret<'on' | 'off'> | undefined;
    }>();
  });

  it('without a schema', async () => {
    const loaded = await loadSecrets(secrets, {
      NAME: 'name',
      REF: { name: 'name', scope: { account: 'acct_1' } },
      DETAIL: { ref: 'name' },
      FALLBACK: { ref: 'name', default: 'example' },
      MAY: optional('name'),
      MAY_REF: optional({ name: 'name' }),
    });
    expectTypeOf(loaded).toEqualTypeOf<{
      readonly NAME: Secret;
      readonly REF: Secret;
      readonly DETAIL: Secret;
      readonly FALLBACK: Secret;
      readonly MAY: Secret | undefined;
      readonly MAY_REF: Secret | undefined;
    }>();
  });

  it('from specs in a variable', async () => {
    const specs = { URL: z.url(), MAY: optional('name') };
    const loaded = await loadSecrets(secrets, specs);
    expectTypeOf(loaded).toEqualTypeOf<{ readonly URL: Secret; readonly MAY: Secret | undefined }>();
  });
});

describe('a mistake does not compile', () => {
  it('a schema whose input is not a string', () => {
    // @ts-expect-error the input is a string
    void loadSecrets(secrets, { PORT: z.number() });
    // @ts-expect-error also in an object with details
    void loadSecrets(secrets, { PORT: { ref: 'port', schema: v.number() } });
    // @ts-expect-error also in an optional spec
    void loadSecrets(secrets, { PORT: optional(type('number')) });
  });

  it('an optional schema', () => {
    // @ts-expect-error it must be optional(…)
    void loadSecrets(secrets, { SENTRY: z.url().optional() });
    // @ts-expect-error the default must be beside the schema
    void loadSecrets(secrets, { SENTRY: { schema: z.string().default('x') } });
    // @ts-expect-error for each validator
    void loadSecrets(secrets, { SENTRY: v.optional(v.string()) });
    void loadSecrets(secrets, { PORT: z.coerce.number() }); // it accepts anything
    void loadSecrets(secrets, { PORT: z.preprocess(String, z.string()) });
  });

  it('a default of another type than the output of the schema', () => {
    // @ts-expect-error the output is a number
    void loadSecrets(secrets, { PORT: { schema: z.coerce.number(), default: '8080' } });
    // @ts-expect-error the output is a string
    void loadSecrets(secrets, { NAME: { ref: 'name', default: 5 } });
    // @ts-expect-error not in the enum
    void loadSecrets(secrets, { REGION: { schema: z.enum(['eu', 'us']), default: 'asia' } });
  });

  it('an unknown field or option', async () => {
    // @ts-expect-error a typing error of schema
    void loadSecrets(secrets, { URL: { ref: 'url', schmea: z.url() } });
    // @ts-expect-error a typing error of fresh
    void loadSecrets(secrets, { URL: 'url' }, { fersh: true });
    // @ts-expect-error only a view has events
    void loadSecrets(secrets, { URL: 'url' }, { onEvent: () => undefined });
    // @ts-expect-error not in the specs
    void (await loadSecrets(secrets, { URL: 'url' })).OTHER;
  });
});

describe('a view', () => {
  it('has the same properties, and typed listeners', async () => {
    const view = await loadSecrets(
      secrets,
      { PORT: z.coerce.number(), MAY: optional(z.coerce.number()) },
      { live: true, onEvent: ({ code }) => expectTypeOf(code).toEqualTypeOf<SecretErrorCode>() },
    );
    expectTypeOf(view.PORT).toEqualTypeOf<Secret<number>>();
    expectTypeOf(view.MAY).toEqualTypeOf<Secret<number> | undefined>();
    expectTypeOf(view).toExtend<Disposable>();
    view.onChange('PORT', (port) => expectTypeOf(port).toEqualTypeOf<Secret<number>>());
    view.onChange('MAY', (may) => expectTypeOf(may).toEqualTypeOf<Secret<number>>());
    // @ts-expect-error an unknown key
    view.onChange('OTHER', () => undefined);
    expectTypeOf(view.watch({ everyMs: 60_000 })).toEqualTypeOf<Disposable>();
    expectTypeOf<LiveSecrets<{ A: 'a' }>['A']>().toEqualTypeOf<Secret>();
  });
});
