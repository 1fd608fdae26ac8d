export type { AllowOptions } from './allow.js';
export type { LiveEvent } from './live-event.js';
export type { LiveControls, LiveSecrets, LiveSecretsOptions } from './live-secrets.js';
export { type LoadSecretsOptions, loadSecrets } from './load-secrets.js';
export { openProvider } from './open-provider.js';
export { parseWith } from './parse-with.js';
export { type Problem, problemsOf } from './problems.js';
export { isReference, type Reference, type ReferenceOptions, type ReferenceText, ref } from './reference.js';
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
  type ValidSpecs,
} from './secret-spec.js';
