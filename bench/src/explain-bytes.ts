import type { Plugin } from 'esbuild';
import { bundleSize } from './bundle-size.js';

/** The published files are not one for each module, as the plugin needs them. */
export const fromSources = ['@secretkit/source'];

/** Makes `explain` and `health` of the client do nothing. */
export const withoutExplain: Plugin = {
  name: 'without explain',
  setup(setup) {
    setup.onLoad({ filter: /core[\\/]src[\\/]client[\\/](explain|health)\.ts$/ }, ({ path }) => ({
      contents: `export const ${/explain/.test(path) ? 'explain' : 'health'} = () => ({});`,
    }));
  },
};

/** Returns the bytes that `explain` and `health` add to a bundle of core: the difference to one where both do nothing. */
export async function explainBytes(folder: string): Promise<{ minified: number; gzipped: number }> {
  const source = "export * from '@secretkit/core';";
  const whole = await bundleSize(source, folder, { conditions: fromSources });
  const without = await bundleSize(source, folder, { conditions: fromSources, plugins: [withoutExplain] });
  return { minified: whole.minified - without.minified, gzipped: whole.gzipped - without.gzipped };
}
