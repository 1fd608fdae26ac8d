import type { BundleSize } from './bundle-size.js';

/** The features of core, by their files. Any other file counts for its folder. */
const featureOf: Readonly<Record<string, string>> = {
  'client/auth-failure': 'use',
  'client/renew': 'use',
  'client/watches': 'watch',
  'client/compare-and-set': 'compareAndSet',
  'client/fields': 'fields of JSON secrets',
  'client/client-refs': 'refs and scopes',
  'contract/ref': 'refs and scopes',
  'checks/check-ref': 'refs and scopes',
  'contract/secret': 'sealed values',
  'contract/secret-error': 'errors',
  'checks/check-options': 'checks of options',
  'checks/check-provider': 'checks of options',
  'kernel/compose': 'compose and its order warnings',
  'kernel/order-codes': 'compose and its order warnings',
  'kernel/guard': 'guard around providers',
  'kernel/answers': 'guard around providers',
  'kernel/wrap': 'guard around providers',
  'kernel/abortable': 'guard around providers',
  'kernel/read-many': 'batches',
};

/** Returns the minified bytes of each feature, the largest first. */
export function featuresOf({ bytesOf }: BundleSize): readonly (readonly [feature: string, bytes: number])[] {
  const features = new Map<string, number>();
  for (const [path, bytes] of Object.entries(bytesOf)) {
    const feature = nameOf(path);
    if (bytes > 0) features.set(feature, (features.get(feature) ?? 0) + bytes);
  }
  return [...features].sort(([, a], [, b]) => b - a);
}

function nameOf(path: string): string {
  const library = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
  if (library !== undefined) return library;
  const [, name = path, file = ''] = /packages\/([^/]+)\/src\/(.+)\.ts$/.exec(path) ?? [];
  const folder = file.split('/')[0] ?? file;
  return (name === 'core' ? featureOf[file] : undefined) ?? `${name}: ${folder}`;
}
