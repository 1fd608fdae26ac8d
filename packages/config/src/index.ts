export type { LiveEvent } from './live-event.js';
export type { LiveControls, LiveSecrets, LiveSecretsOptions } from './live-secrets.js';
export { type LoadSecretsOptions, loadSecrets } from './load-secrets.js';
export { type Opener, type Openers, openProvider } from './open-provider.js';
export { type Problem, problemsOf } from './problems.js';
export { isReference, type Reference, type ReferenceText, ref } from './reference.js';
export { resolveReferences, revealReferences } from './resolve-references.js';
export type { Resolved } from './resolved.js';
export {
  type DetailedSpec,
  type LoadedSecrets,
  type OptionalSpec,
  optional,
  type RequiredSpec,
  type SecretSpec,
  type SecretSpecs,
  type Sound,
} from './secret-spec.js';
export { type ProviderBuilder, selectProvider } from './select-provider.js';
export { urlParameters } from './url-parameters.js';
