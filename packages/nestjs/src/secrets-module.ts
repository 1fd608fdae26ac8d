import { type DynamicModule, Module } from '@nestjs/common';
import { checkFunction, createSecrets, type Secrets } from '@secretkit/core';
import { checkOptions, checkProvider } from '@secretkit/core/provider';
import { type ClientFactory, dynamicModule, setupOptions } from './dynamic-module.js';
import type {
  SecretsModuleOptions,
  SecretsModuleSetup,
  SecretsModuleSource,
  SecretsOptionsFactory,
} from './module-options.js';

const clientOptions = ['provider', 'authCooldownMs', 'now', 'random'] as const;
const sources = ['useFactory', 'useClass', 'useExisting'] as const;

/**
 * The application's secrets as a Nest module: the client, secrets that are read at start-up, and a client within the scope
 * of each request. The client is closed on shutdown, after HTTP has drained.
 */
@Module({})
export class SecretsModule {
  /**
   * The module for a provider that is at hand. It is closed with the application: where one is started more than once in a
   * process, as in tests, take `forRootAsync`, which makes a new one each time.
   *
   * @throws `TypeError` for wrong options.
   * @example
   * ```ts
   * import { Module } from '@nestjs/common';
   * import { envSecrets } from '@secretkit/env';
   * import { SecretsModule } from '@secretkit/nestjs';
   *
   * @Module({
   *   imports: [SecretsModule.forRoot({ provider: envSecrets(), isGlobal: true, required: ['session-key'] })],
   * })
   * export class AppModule {}
   * ```
   */
  static forRoot<Request = unknown>(
    options: SecretsModuleOptions & SecretsModuleSetup<Request>,
  ): DynamicModule {
    checkOptions('SecretsModule.forRoot', options, [...clientOptions, ...setupOptions]);
    const { provider, authCooldownMs, now, random } = options;
    const own = {
      provider,
      ...(authCooldownMs !== undefined && { authCooldownMs }),
      ...(now && { now }),
      ...(random && { random }),
    };
    clientOf(own); // wrong options are refused here rather than at start-up
    return dynamicModule('SecretsModule.forRoot', SecretsModule, options, {
      useFactory: () => clientOf(own),
    });
  }

  /**
   * The module for options that depend on others: a factory with what it injects, a class, or one that exists. Nothing of it
   * runs where a test puts another client in place of this one.
   *
   * @throws `TypeError` for wrong options.
   * @example
   * ```ts
   * import { Module } from '@nestjs/common';
   * import { compose } from '@secretkit/core';
   * import { cache } from '@secretkit/middleware/cache';
   * import { retry } from '@secretkit/middleware/retry';
   * import { SecretsModule } from '@secretkit/nestjs';
   * import { stripeSecrets } from '@secretkit/stripe';
   *
   * @Module({
   *   imports: [
   *     SecretsModule.forRootAsync({
   *       isGlobal: true,
   *       required: ['signing-secret'],
   *       async useFactory() {
   *         const { createStripeClient } = await import('@secretkit/stripe/client');
   *         const client = createStripeClient({ apiKey: process.env['STRIPE_SECRET_KEY'] ?? '' });
   *         return { provider: compose(cache(), retry())(stripeSecrets({ client })) };
   *       },
   *     }),
   *   ],
   * })
   * export class AppModule {}
   * ```
   */
  static forRootAsync<Request = unknown>(
    options: SecretsModuleSource & SecretsModuleSetup<Request>,
  ): DynamicModule {
    checkOptions(asyncOwner, options, ['imports', 'inject', ...sources, ...setupOptions]);
    checkSource(options);
    return dynamicModule(asyncOwner, SecretsModule, options, clientFactory(options));
  }
}

const asyncOwner = 'SecretsModule.forRootAsync';

/** @throws `TypeError` */
function checkSource(options: SecretsModuleSource): void {
  const given = Object.fromEntries(Object.entries(options)); // of whatever types
  const [source, ...more] = sources.filter((each) => each in given);
  if (source === undefined || given[source] === undefined || more.length > 0) {
    throw new TypeError(`${asyncOwner} takes one of ${sources.join(', ')}.`);
  }
  if (source !== 'useExisting') checkFunction(asyncOwner, source, given[source]);
  for (const list of ['imports', 'inject']) {
    if (given[list] === undefined || Array.isArray(given[list])) continue;
    throw new TypeError(`${asyncOwner}: ${list} is a list.`);
  }
}

function clientFactory(source: SecretsModuleSource): ClientFactory {
  const { imports = [] } = source;
  if ('useFactory' in source) {
    return {
      imports,
      inject: source.inject ?? [],
      useFactory: async (...dependencies) => clientOfAnswer(await source.useFactory(...dependencies)),
    };
  }
  const [factory, providers] =
    'useClass' in source ? [source.useClass, [source.useClass]] : [source.useExisting, []];
  return {
    imports,
    providers,
    inject: [factory],
    async useFactory(from: Partial<SecretsOptionsFactory>) {
      if (typeof from.createSecretsOptions !== 'function') {
        throw new TypeError(
          `${asyncOwner}: what useClass and useExisting name has a createSecretsOptions().`,
        );
      }
      return clientOfAnswer(await from.createSecretsOptions());
    },
  };
}

/** @throws `TypeError` or `RangeError` for wrong options. */
function clientOfAnswer(options: SecretsModuleOptions): Secrets {
  const outer = Object.keys(options ?? {}).find((option) => setupOptions.some((each) => each === option));
  if (outer === undefined) return clientOf(options);
  throw new TypeError(`${asyncOwner}: ${outer} stands beside the factory, not in what it answers with.`);
}

/** @throws `TypeError` or `RangeError` for wrong options. */
function clientOf(options: SecretsModuleOptions): Secrets {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('SecretsModule is made of options, such as { provider: envSecrets() }.');
  }
  checkOptions('SecretsModule', options, clientOptions);
  const { provider, ...rest } = options;
  checkProvider(provider, 'SecretsModule');
  return createSecrets(provider, rest);
}
