import { fileURLToPath } from 'node:url';
import { featuresOf } from '../bundle-features.js';
import { bundleSize } from '../bundle-size.js';
import type { Case, Gate } from '../case.js';

const here = fileURLToPath(new URL('../..', import.meta.url));
const libraries = ['lru-cache', 'p-retry'];
const withRecommended = [
  "export { createSecrets } from '@secretkit/core';",
  "export { recommended } from '@secretkit/middleware/recommended';",
].join('\n');

/** What code imports, with its limit in gzipped bytes, and the goal where the limit is above it. */
const own: readonly {
  readonly name: string;
  readonly source: string;
  readonly external?: readonly string[];
  readonly platform?: 'node' | 'browser';
  readonly atMost?: number;
  readonly target?: number;
  readonly reason?: string;
}[] = [
  {
    name: 'createSecrets, compose, isSecretError',
    source: "export { createSecrets, compose, isSecretError } from '@secretkit/core';",
    atMost: 14_530,
    target: 8_000,
    reason:
      'A client is one object with all of its methods, so a bundler can remove none of them. The guard around providers, the checks of callers and the errors are almost half of the bytes.',
  },
  {
    name: 'createSecrets, recommended, without lru-cache and p-retry',
    source: withRecommended,
    external: libraries,
    atMost: 27_080,
    target: 16_500,
    reason:
      'Half is core. recommended() has an option for each layer, so a bundler keeps the rate limit and the circuit breaker too.',
  },
  {
    // In a UI extension, beside stripe and the extension SDK, which the application brings.
    name: 'createSecrets, stripeSecrets, for browsers',
    source: [
      "export { createSecrets } from '@secretkit/core';",
      "export { stripeSecrets } from '@secretkit/stripe';",
    ].join('\n'),
    platform: 'browser',
    atMost: 20_790,
    target: 14_000,
    reason:
      'Two thirds are createSecrets, which is near the target alone: see above. A client without explain, health, use, watch and compareAndSet would save 2,400 bytes, and one without batches 800 more. The rest is what keeps values sealed, checks providers and explains failures.',
  },
  { name: 'createSecrets, recommended', source: withRecommended },
  {
    name: 'createSecrets, stripeSecrets, createStoreClient',
    source: [
      "export { createSecrets } from '@secretkit/core';",
      "export { stripeSecrets } from '@secretkit/stripe';",
      "export { createStoreClient } from '@secretkit/stripe/store-client';",
    ].join('\n'),
  },
  {
    name: 'seal, SecretError, isSecretError of core/provider',
    source: "export { seal, SecretError, isSecretError } from '@secretkit/core/provider';",
    atMost: 2_510,
  },
];

export const imports: Case = {
  name: 'imports',
  description: 'the bytes of what an application or an adapter imports, minified and gzipped',

  async run(gatesOnly) {
    const gates: Gate[] = [];
    const sizes: (string | number)[][] = [];
    const features = new Map<string, (string | number)[]>(); // a column for each import
    for (const { name, source, external = [], platform = 'node', ...limit } of own) {
      const packed = await bundleSize(source, here, { external, platform });
      sizes.push([name, packed.minified, packed.gzipped]);
      const metric = `gzipped bytes of an import of ${name}`;
      if (limit.atMost !== undefined)
        gates.push({ metric, measured: packed.gzipped, noisy: false, ...limit });
      if (gatesOnly) continue;
      const sources = await bundleSize(source, here, {
        external,
        platform,
        conditions: ['@secretkit/source'],
      });
      const at = sizes.length;
      for (const [feature, bytes] of featuresOf(sources)) {
        const row = features.get(feature) ?? [feature, ...own.map(() => '–')];
        row[at] = bytes;
        features.set(feature, row);
      }
    }
    return {
      tables: [
        {
          title: 'What an application imports',
          columns: ['import', 'minified (bytes)', 'gzipped (bytes)'],
          rows: sizes,
        },
        {
          title: 'Bytes of each feature',
          columns: ['feature, minified (bytes)', ...own.map(({ name }) => name)],
          rows: [...features.values()],
        },
      ],
      gates,
    };
  },
};
