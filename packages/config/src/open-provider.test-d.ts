import type { Opener, SecretProvider } from '@secretkit/core/provider';
import type { EnvSecrets, ListableEnvSecrets } from '@secretkit/env';
import { envOpener } from '@secretkit/env/opener';
import { type MemorySecrets, memorySecrets } from '@secretkit/memory';
import { memoryOpener } from '@secretkit/memory/opener';
import type { StripeSecrets } from '@secretkit/stripe';
import { stripeOpener } from '@secretkit/stripe/opener';
import { describe, expectTypeOf, it } from 'vitest';
import { openProvider } from './open-provider.js';

describe('an opened provider has the type', () => {
  it('of the only opener', () => {
    expectTypeOf(openProvider('memory:', [memoryOpener()])).resolves.toEqualTypeOf<MemorySecrets>();
  });

  it('of one of the openers', () => {
    const openers = [envOpener(), memoryOpener(), stripeOpener({ apiKey: () => 'sk_test_example' })] as const;
    expectTypeOf(openProvider('env:', openers)).resolves.toEqualTypeOf<
      EnvSecrets | ListableEnvSecrets | MemorySecrets | StripeSecrets
    >();
  });

  it('of an opener without annotations', () => {
    const opener = { schemes: ['own'], open: async () => memorySecrets() };
    expectTypeOf(openProvider('own:', [opener])).resolves.toEqualTypeOf<MemorySecrets>();
  });

  it('SecretProvider, for a list of any openers', () => {
    const openers: readonly Opener[] = [memoryOpener()];
    expectTypeOf(openProvider('memory:', openers)).resolves.toEqualTypeOf<SecretProvider>();
  });
});

it('a record of openers does not compile', () => {
  // @ts-expect-error it must be a list
  void openProvider('env:', { env: envOpener() });
  // @ts-expect-error the opener must be called
  void openProvider('env:', [envOpener]);
});
