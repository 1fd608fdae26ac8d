/** The name of the instrumentation scope. */
export const scopeName = '@secretkit/middleware';

/** The attributes of spans, span events and metrics. They have OpenTelemetry's own names where its conventions have one. */
export const attribute = {
  operation: 'secretkit.operation.name',
  provider: 'secretkit.provider.name',
  outcome: 'secretkit.outcome',
  error: 'error.type',
  cacheResult: 'secretkit.cache.result',
  cacheEvent: 'secretkit.cache.event',
  circuitState: 'secretkit.circuit.state',
  staleAge: 'secretkit.cache.stale_age', // in seconds
  name: 'secretkit.secret.name',
  names: 'secretkit.secret.names',
  hash: 'secretkit.secret.hash',
  hashes: 'secretkit.secret.hashes',
  version: 'secretkit.secret.version',
  versions: 'secretkit.secret.versions',
  versionHash: 'secretkit.secret.version_hash',
  versionHashes: 'secretkit.secret.version_hashes',
  batchSize: 'secretkit.batch.size',
  batchFailed: 'secretkit.batch.failed',
  attempt: 'secretkit.attempt.number',
  attempts: 'secretkit.attempt.count',
  delay: 'secretkit.retry.delay', // in seconds
  next: 'secretkit.fallback.next',
  rotationEvent: 'secretkit.rotation.event',
  rotationClient: 'secretkit.rotation.client',
  rotationResult: 'secretkit.rotation.result',
  rotationGeneration: 'secretkit.rotation.generation',
  rotationInUse: 'secretkit.rotation.in_use',
} as const;
