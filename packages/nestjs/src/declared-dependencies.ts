import type { InjectionToken } from '@nestjs/common';

/** The declaration of a provider or a controller: a class, or a factory and its `inject`. */
export interface Declaration {
  readonly metatype: unknown;
  readonly inject?: readonly unknown[] | null | undefined;
}

/** Returns the tokens that a provider injects, from the metadata that Nest's decorators write. */
export function declaredDependencies({ metatype, inject }: Declaration): readonly InjectionToken[] {
  if (inject) return inject.map(tokenOf);
  if (typeof metatype !== 'function') return [];
  const parameters: unknown[] = [...metadata('design:paramtypes', metatype)];
  for (const { index = 0, param } of metadata('self:paramtypes', metatype)) parameters[index] = param;
  const properties = metadata('self:properties_metadata', metatype).map(({ type }) => type);
  return [...parameters, ...properties].map(tokenOf);
}

/** What `@Inject` writes: of a parameter, or of a property. */
interface Injection {
  readonly index?: number;
  readonly param?: unknown;
  readonly type?: unknown;
}

function metadata(key: string, metatype: object): readonly Injection[] {
  const { getMetadata } = Reflect as unknown as { getMetadata(key: string, of: object): unknown }; // of reflect-metadata, which Nest loads
  const found = getMetadata(key, metatype);
  return Array.isArray(found) ? (found as readonly Injection[]) : []; // Nest's decorators write it so
}

function tokenOf(declared: unknown): InjectionToken {
  const { token, forwardRef } = (declared ?? {}) as {
    readonly token?: unknown;
    readonly forwardRef?: () => unknown;
  };
  const found = forwardRef?.() ?? token ?? declared;
  return found as InjectionToken; // compared only
}
