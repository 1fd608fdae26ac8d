import { fileURLToPath } from 'node:url';
import { bundleSize } from '../bundle-size.js';
import type { Case, Gate } from '../case.js';
import { explainBytes } from '../explain-bytes.js';
import { footprint } from '../footprint.js';
import { importMs } from '../import-time.js';
import { inChild } from '../in-child.js';
import { peersFolder } from '../peers.js';
import { peerIds } from '../subjects.js';

const here = fileURLToPath(new URL('../..', import.meta.url));
const core = '@secretkit/core';
const everyday = [core, ...['cache', 'retry', 'timeout'].map((each) => `@secretkit/middleware/${each}`)];

/** A machine may take this many times as long to import a file as the machine of the targets. */
const slowMachine = 8;

const own = [
  {
    name: 'core',
    imports: [core],
    external: [],
    bytes: 14_640,
    target: 3_000,
    files: 2, // the entry, and what it shares with the entries for adapters and middleware
    timesLruCache: 2.3,
    importMs: 3,
    reason:
      'About half of the code checks the input of callers and adapters and explains what is wrong and how to fix it. A tenth keeps values out of everything that prints a secret. Versions, fields, bytes, compare-and-set and the presets of `use` take about a quarter.',
  },
  {
    name: 'core, cache, retry, timeout',
    imports: everyday,
    external: ['lru-cache', 'p-retry'],
    bytes: 24_820,
    target: 6_000,
    files: 11, // three entries of core, and what they share
    timesLruCache: 12,
    importMs: 16,
    reason:
      'More than half is core. The rest is mostly the handling of wall clock and monotonic clock, of batches that fail in part, of versions, of a backoff for missing names, and of runtimes where a promise must not cross requests.',
  },
  {
    name: 'core, cache, retry, timeout, stripe',
    imports: [...everyday, '@secretkit/stripe', '@secretkit/stripe/client'],
    external: [],
  },
] as const;

const others = [
  'lru-cache',
  'keyv',
  'cacheable',
  'bentocache',
  'cockatiel',
  '@aws-lambda-powertools/parameters/base',
  '@aws-lambda-powertools/parameters/secrets',
] as const;

/** The limits for what `npm install` of these packages adds. */
const installed = [
  { names: ['@secretkit/core'], packages: 1, files: 125 },
  { names: ['@secretkit/core', '@secretkit/middleware'], packages: 5, files: 610 },
] as const;

const othersInstalled = [
  'keyv',
  'cacheable',
  'bentocache',
  'cockatiel',
  '@aws-lambda-powertools/parameters',
] as const;

export const weight: Case = {
  name: 'weight',
  description: 'memory per entry, bundle size, import time, installed packages and files',

  async run(gatesOnly) {
    const gates: Gate[] = [];
    const weights: (string | number)[][] = [];
    const emptyMs = gatesOnly ? Number.NaN : await importMs(['data:text/javascript,'], here);
    const lruMs = await importMs(['lru-cache'], peersFolder);
    for (const each of own) {
      const source = each.imports
        .map((specifier, at) => `export * as part${at} from '${specifier}';`)
        .join('\n');
      const size = await bundleSize(source, here);
      const withoutDependencies = (await bundleSize(source, here, { external: each.external })).gzipped;
      const isMeasured = 'importMs' in each || !gatesOnly;
      const ms = isMeasured ? await importMs(each.imports, here) : Number.NaN;
      weights.push([each.name, size.minified, size.gzipped, withoutDependencies, size.files, ms.toFixed(1)]);
      if (!('bytes' in each)) continue;
      gates.push({
        metric: `gzipped bytes of ${each.name}, without dependencies`,
        measured: withoutDependencies,
        atMost: each.bytes,
        target: each.target,
        reason: each.reason,
        noisy: false,
      });
      gates.push({
        metric: `files loaded by an import of ${each.name}`,
        measured: size.files,
        atMost: each.files,
        noisy: false,
      });
      gates.push({
        metric: `import time of ${each.name}, × lru-cache`,
        measured: ms / lruMs,
        atMost: each.timesLruCache,
        noisy: true,
      });
      if (gatesOnly) continue;
      gates.push({
        metric: `import time of ${each.name}, ms`,
        measured: ms,
        atMost: each.importMs * slowMachine,
        target: each.importMs,
        reason: `The target is for a machine that imports lru-cache in 1.3 ms. This machine takes ${lruMs.toFixed(1)} ms, and ${emptyMs.toFixed(1)} ms for an empty module.`,
        noisy: true,
      });
    }
    if (!gatesOnly) {
      const { minified, gzipped } = await explainBytes(here);
      weights.push(['explain and health, a part of core', minified, gzipped, gzipped, 2, '–']);
    }
    for (const specifier of gatesOnly ? [] : others) {
      const size = await bundleSize(`export * from '${specifier}';`, peersFolder);
      const ms = await importMs([specifier], peersFolder);
      weights.push([specifier, size.minified, size.gzipped, '–', size.files, ms.toFixed(1)]);
    }

    const memory: (string | number)[][] = [];
    for (const id of ['secretkit', ...(gatesOnly ? [] : await peerIds())]) {
      const bytes = Math.round(await inChild<number>('memory', id));
      memory.push([id, bytes]);
      if (id === 'secretkit') {
        gates.push({
          metric: 'bytes per entry, of 100,000 entries',
          measured: bytes,
          atMost: 300,
          noisy: true,
        });
      }
    }
    const installs: (string | number)[][] = [];
    for (const { names, ...limits } of installed) {
      const { packages, files } = footprint(names, here);
      const name = names.join(', ');
      installs.push([name, packages, files]);
      gates.push(
        {
          metric: `packages installed with ${name}`,
          measured: packages,
          atMost: limits.packages,
          noisy: false,
        },
        { metric: `files installed with ${name}`, measured: files, atMost: limits.files, noisy: false },
      );
    }
    for (const name of gatesOnly ? [] : othersInstalled) {
      const { packages, files } = footprint([name], peersFolder);
      installs.push([name, packages, files]);
    }
    return {
      tables: [
        {
          title: 'Bundle size and import time',
          columns: [
            'import',
            'minified (bytes)',
            'gzipped (bytes)',
            'gzipped, without dependencies (bytes)',
            'files',
            'import time (ms)',
          ],
          rows: weights,
        },
        {
          title: 'Memory per entry (100,000 entries)',
          columns: ['library', 'bytes, without name and value'],
          rows: memory,
        },
        {
          title: 'Installed packages and files',
          columns: ['installation', 'packages', 'files'],
          rows: installs,
        },
      ],
      gates,
    };
  },
};
