import type { Case, Gate } from '../case.js';
import { inChild } from '../in-child.js';
import { type Ratio, spread } from '../measure/ratio.js';
import type { TenantRead } from '../measurements/tenant-hits.js';

const reads: Readonly<Record<TenantRead, readonly [code: string, atMost?: number]>> = {
  getByRef: ['get({ name, scope })', 1.5],
  scopedEachTime: ['scoped(scope).get(name), scoped for each read', 1.5],
  scopedByUser: ['scoped({ account }).scoped({ user }).get(name), scoped for each read'],
  scopedKept: ['get(name) of a scoped client that was kept', 1],
  peekByRef: ['peek({ name, scope })', 1.5],
  peekScoped: ['scoped(scope).peek(name), scoped for each read', 1.5],
  batchScoped: ['scoped(scope).getMany of ten names, scoped for each read', 1.5],
  batchByRefs: ['getMany of ten refs of one scope'],
};

export const tenants: Case = {
  name: 'tenants',
  description: 'the cost of a cache hit where 400 tenants take turns, compared with a Map',

  async run(gatesOnly) {
    const gates: Gate[] = [];
    const rows: (string | number)[][] = [];
    for (const [which, [code, atMost]] of Object.entries(reads)) {
      if (gatesOnly && atMost === undefined) continue;
      const measured = await inChild<Ratio>('tenant-hits', which);
      rows.push([code, measured.median.toFixed(2), spread(measured)]);
      if (atMost === undefined) continue;
      gates.push({ metric: `400 tenants: ${code}, × Map`, measured: measured.median, atMost, noisy: true });
    }
    const columns = ['operation', '× Map with a template key', 'quartiles'];
    return { tables: [{ title: 'Hits where 400 tenants take turns', columns, rows }], gates };
  },
};
