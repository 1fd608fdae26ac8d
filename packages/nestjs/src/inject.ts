import { Inject } from '@nestjs/common';
import { getScopedSecretsToken, getSecretsToken, getSecretToken, type OfSecret } from './tokens.js';

/** A decorator like Nest's `@Inject`, for parameters of constructors and for properties. */
export type InjectDecorator = ParameterDecorator & PropertyDecorator;

/**
 * Injects the client: a `Secrets`.
 *
 * @param client - The `client` of the module. Omit it for the client without a name.
 * @example
 * ```ts
 * import { Injectable } from '@nestjs/common';
 * import type { SecretsReader } from '@secretkit/core';
 * import { InjectSecrets } from '@secretkit/nestjs';
 *
 * @Injectable()
 * export class Orders {
 *   constructor(@InjectSecrets() private readonly secrets: SecretsReader) {}
 *
 *   list(): Promise<Response> {
 *     return this.secrets.use('partner-token', (token) =>
 *       fetch('https://partner.example/orders', { headers: { authorization: `Bearer ${token.reveal()}` } }),
 *     );
 *   }
 * }
 * ```
 */
export function InjectSecrets(client?: string): InjectDecorator {
  return Inject(getSecretsToken(client));
}

/**
 * Injects one `Secret` of the module's `required`, as it was when the application started. Read a secret that may rotate
 * through the client instead.
 *
 * @throws `invalid_argument` for a malformed name or scope.
 * @example
 * ```ts
 * import { Injectable } from '@nestjs/common';
 * import type { Secret } from '@secretkit/core';
 * import { InjectSecret } from '@secretkit/nestjs';
 *
 * @Injectable()
 * export class Sessions {
 *   constructor(@InjectSecret('session-key') private readonly key: Secret) {}
 * }
 * ```
 */
export function InjectSecret(name: string, options?: OfSecret): InjectDecorator {
  return Inject(getSecretToken(name, options));
}

/**
 * Injects a client in the scope of the request: a `ScopedSecrets`. The module's `scopeOf` returns that scope. Nest creates a
 * class that injects it anew for each request.
 *
 * @param client - The `client` of the module. Omit it for the client without a name.
 * @example
 * ```ts
 * import { Controller, Get } from '@nestjs/common';
 * import type { SecretsReader } from '@secretkit/core';
 * import { InjectScopedSecrets } from '@secretkit/nestjs';
 *
 * @Controller('connection')
 * export class ConnectionController {
 *   constructor(@InjectScopedSecrets() private readonly secrets: SecretsReader) {}
 *
 *   @Get()
 *   async status(): Promise<{ connected: boolean }> {
 *     return { connected: (await this.secrets.get('oauth-token')) !== undefined };
 *   }
 * }
 * ```
 */
export function InjectScopedSecrets(client?: string): InjectDecorator {
  return Inject(getScopedSecretsToken(client));
}
