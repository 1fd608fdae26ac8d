import { type DynamicModule, Module } from '@nestjs/common';
import { createSecrets, type Secrets } from '@secretkit/core';
import { checkFunction, checkOptions, checkProvider, kindOf } from '@secretkit/core/provider';
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
 * Provides the application's secrets to Nest: the client, secrets that are read at start-up, and a client in the scope of
 * each request. Closes the client on shutdown, after HTTP has drained.
 */
@Module({})
export class SecretsModule {
  /**
   * Returns the module for an existing provider, which is closed with the application. Where an application starts more
   * than once in a process, as in tests, use `forRootAsync`, which makes a new provider each time.
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
    given: SecretsModuleOptions & SecretsModuleSetup<Request>,
  ): DynamicModule {
    const options = checkOptions('SecretsModule.forRoot', given, [...clientOptions, ...setupOptions]);
    const { provider, authCooldownMs, now, random } = options;
    const own = {
      provider,
      ...(authCooldownMs !== undefined && { authCooldownMs }),
      ...(now && { now }),
      ...(random && { random }),
    };
    clientOf(own); // wrong options fail here rather than at start-up
    return dynamicModule('SecretsModule.forRoot', SecretsModule, options, {
      useFactory: () => clientOf(own),
    });
  }

  /**
   * Returns the module for options with dependencies: from a factory and what it injects, from a class, or from an existing
   * provider. None of it runs where a test overrides the client.
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
   *         const { createStoreClient } = await import('@secretkit/stripe/store-client');
   *         const client = createStoreClient({ apiKey: process.env['STRIPE_SECRET_KEY'] ?? '' });
   *         return { provider: compose(cache(), retry())(stripeSecrets({ client })) };
   *       },
   *     }),
   *   ],
   * })
   * export class AppModule {}
   * ```
   */
  static forRootAsync<Request = unknown>(
    given: SecretsModuleSource & SecretsModuleSetup<Request>,
  ): DynamicModule {
    const options = checkOptions(asyncOwner, given, ['imports', 'inject', ...sources, ...setupOptions]);
    checkSource(options);
    return dynamicModule(asyncOwner, SecretsModule, options, clientFactory(options));
  }
}

const asyncOwner = 'SecretsModule.forRootAsync';

/** @throws `TypeError` */
function checkSource(options: SecretsModuleSource): void {
  const given: Readonly<Record<string, unknown>> = { ...options }; // of whatever types
  const [source, ...more] = sources.filter((each) => Object.hasOwn(given, each));
  if (source === undefined || given[source] === undefined || more.length > 0) {
    throw new TypeError(`${asyncOwner}: options must have exactly one of ${sources.join(', ')}.`);
  }
  if (source !== 'useExisting') checkFunction(asyncOwner, source, given[source]);
  for (const list of ['imports', 'inject']) {
    if (given[list] === undefined || Array.isArray(given[list])) continue;
    throw new TypeError(`${asyncOwner}: ${list} must be a list, got ${kindOf(given[list])}.`);
  }
}

function clientFactory(source: SecretsModuleSource): ClientFactory {
  const { imports = [] } = source;
  if ('useFactory' in source) {
    return {
      imports,
      inject: source.inject ?? [],
      useFactory: async (...dependencies) => clientOfResult(await source.useFactory(...dependencies)),
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
          `${asyncOwner}: useClass and useExisting must name a class with a createSecretsOptions method.`,
        );
      }
      return clientOfResult(await from.createSecretsOptions());
    },
  };
}

/** @throws `TypeError` or `RangeError` for wrong options. */
function clientOfResult(options: SecretsModuleOptions): Secrets {
  const outer = Object.keys(options ?? {}).find((option) => setupOptions.some((each) => each === option));
  if (outer === undefined) return clientOf(options);
  throw new TypeError(
    `${asyncOwner}: ${outer} must be an option of the module, not a field that the factory returns.`,
  );
}

/** @throws `TypeError` or `RangeError` for wrong options. */
function clientOf(options: SecretsModuleOptions): Secrets {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(
      `SecretsModule: options must be an object, such as { provider: envSecrets() }, got ${kindOf(options)}.`,
    );
  }
  const { provider, ...rest } = checkOptions('SecretsModule', options, clientOptions);
  checkProvider(provider, 'SecretsModule');
  return createSecrets(provider, rest);
}
