import { type InjectionToken, Scope } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { declaredDependencies } from './declared-dependencies.js';

type Module = ModulesContainer extends ReadonlyMap<string, infer M> ? M : never;
type Declaration = Module['providers'] extends ReadonlyMap<unknown, infer D> ? D : never;

/**
 * Refuses a durable provider that depends on the client of a request: Nest keeps such a provider for many requests, and with it
 * the client of the first one, in the scope of its tenant.
 *
 * @throws `TypeError`
 */
export function refuseDurable(modules: ModulesContainer, scoped: InjectionToken): void {
  for (const { providers, controllers, injectables } of modules.values()) {
    for (const each of [...providers.values(), ...controllers.values(), ...injectables.values()]) {
      if (each.scope !== Scope.REQUEST || !each.durable || !dependsOn(modules, each, scoped)) continue;
      throw new TypeError(
        `SecretsModule: durable must not be set on ${String(each.name)}, which depends on @InjectScopedSecrets(): Nest would keep the client of the first request for all. Inject the client with @InjectSecrets(), and call its method scoped.`,
      );
    }
  }
}

// Nest's own graph is not complete at start-up: it looks at some request-scoped providers only when a request comes.
function dependsOn(modules: ModulesContainer, root: Declaration, scoped: InjectionToken): boolean {
  const seen = new Set(declaredDependencies(root));
  for (const token of seen) {
    if (token === scoped) return true;
    for (const { providers } of modules.values()) {
      const provider = providers.get(token);
      for (const next of provider ? declaredDependencies(provider) : []) seen.add(next);
    }
  }
  return false;
}
