import { fileURLToPath } from 'node:url';
import { bundleSize } from '../bundle-size.js';
import type { Case, Gate } from '../case.js';
import { footprint } from '../footprint.js';
import { importMs } from '../import-time.js';
import { inChild } from '../in-child.js';
import { peersFolder } from '../peers.js';
import { peerIds } from '../subjects.js';

const here = fileURLToPath(new URL('../..', import.meta.url));
const core = '@secretkit/core';
const everyday = [core, ...['cache', 'retry', 'timeout'].map((each) => `@secretkit/middleware/${each}`)];

/** How many times as long as where the aims come from a machine may take to import a file. */
const slowMachine = 8;

const own = [
  {
    name: 'core',
    imports: [core],
    external: [],
    bytes: 8_600,
    aim: 3_000,
    files: 1,
    timesLru: 2.3,
    importMs: 3,
    why: 'About half of it is checks of what callers and adapters give, with the sentences that say what is wrong and what to do; a tenth is what keeps a value out of every rendering.',
  },
  {
    name: 'core, cache, retry, timeout',
    imports: everyday,
    external: ['lru-cache', 'p-retry'],
    bytes: 15_100,
    aim: 6_000,
    files: 8,
    timesLru: 12,
    importMs: 16,
    why: 'More than half is the core; the rest is the law of two clocks, the batches that fail in part, and the warnings of a harmful order.',
  },
  {
    name: 'the same with Stripe',
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

/** What `npm install` of each brings. */
const installed = [
  { names: ['@secretkit/core'], packages: 1, files: 125 },
  { names: ['@secretkit/core', '@secretkit/middleware'], packages: 5, files: 470 },
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
  about: 'memory of an entry, size in a bundle, time to import, what is installed',

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
      const bare = (await bundleSize(source, here, each.external)).gzipped;
      const isMeasured = 'importMs' in each || !gatesOnly;
      const ms = isMeasured ? await importMs(each.imports, here) : Number.NaN;
      weights.push([each.name, size.minified, size.gzipped, bare, size.files, ms.toFixed(1)]);
      if (!('bytes' in each)) continue;
      gates.push({
        what: `bytes of ${each.name}, min+gzip, without dependencies`,
        measured: bare,
        atMost: each.bytes,
        aim: each.aim,
        why: each.why,
        noisy: false,
      });
      gates.push({
        what: `files loaded by an import of ${each.name}`,
        measured: size.files,
        atMost: each.files,
        noisy: false,
      });
      gates.push({
        what: `to import ${each.name}, × lru-cache alone`,
        measured: ms / lruMs,
        atMost: each.timesLru,
        noisy: true,
      });
      if (gatesOnly) continue;
      gates.push({
        what: `milliseconds to import ${each.name}`,
        measured: ms,
        atMost: each.importMs * slowMachine,
        aim: each.importMs,
        why: `The aim is of a machine that imports lru-cache in 1.3 ms; this one takes ${lruMs.toFixed(1)}, and ${emptyMs.toFixed(1)} for a module without a line.`,
        noisy: true,
      });
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
        gates.push({ what: 'bytes of an entry, of 100,000', measured: bytes, atMost: 300, noisy: true });
      }
    }
    const installs: (string | number)[][] = [];
    for (const { names, ...most } of installed) {
      const { packages, files } = footprint(names, here);
      const name = names.join(', ');
      installs.push([name, packages, files]);
      gates.push(
        { what: `packages installed by ${name}`, measured: packages, atMost: most.packages, noisy: false },
        { what: `files installed by ${name}`, measured: files, atMost: most.files, noisy: false },
      );
    }
    for (const name of gatesOnly ? [] : othersInstalled) {
      const { packages, files } = footprint([name], peersFolder);
      installs.push([name, packages, files]);
    }
    return {
      tables: [
        {
          title: 'Bundles and imports',
          columns: ['', 'bytes, minified', 'and compressed', 'without dependencies', 'files', 'ms to import'],
          rows: weights,
        },
        { title: 'An entry of 100,000', columns: ['', 'bytes over name and value'], rows: memory },
        { title: 'What is installed', columns: ['', 'packages', 'files'], rows: installs },
      ],
      gates,
    };
  },
};
