import { isTested } from '../../../packages/middleware/test/servers.js';
import type { Case, Gate } from '../case.js';
import { inChild } from '../in-child.js';
import { type Ratio, spread } from '../measure/ratio.js';
import type { Platform, Sealing } from '../measurements/sealing.js';

const reason =
  'Beside the cipher, a record is checked: its context, its text, its content. That takes about twice as long as the cipher of node:crypto.';

export const shared: Case = {
  name: 'shared',
  description: 'the cost of sealed records, and of a hit of the shared cache on a Redis of its own',

  async run() {
    const { toSubtle, toWeb } = await inChild<Sealing>('sealing', undefined);
    const measured: [operation: string, reference: string, ratio: Ratio, atMost: number][] = [
      ['a record of 1 kB is opened, by Web Crypto', 'subtle.decrypt alone', toSubtle, 1.25],
      ['a record of 1 kB is opened, by node:crypto', 'the same by Web Crypto', toWeb, 0.3],
    ];
    const hit = (platform: Platform): Promise<Ratio> => inChild<Ratio>('shared-hit', platform);
    if (isTested('redis-server')) {
      measured.push(
        ['a hit of the shared cache, by node:crypto', 'GET of the same record', await hit('node'), 1.6],
        ['a hit of the shared cache, by Web Crypto', 'GET of the same record', await hit('web'), 2.5],
      );
    } else console.error('  skipped: a hit of the shared cache needs redis-server.');
    return {
      tables: [
        {
          title: 'Sealed records',
          columns: ['operation', 'compared with', 'ratio', 'quartiles'],
          rows: measured.map(([operation, reference, ratio]) => [
            operation,
            reference,
            ratio.median.toFixed(2),
            spread(ratio),
          ]),
        },
      ],
      gates: measured.map(
        ([operation, reference, { median }, atMost]): Gate => ({
          metric: `${operation}, × ${reference}`,
          measured: median,
          atMost,
          reason,
          noisy: true,
        }),
      ),
    };
  },
};
