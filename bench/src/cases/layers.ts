import type { Case } from '../case.js';
import { inChild } from '../in-child.js';
import type { Ratio } from '../measure/paired.js';
import { type LayerArgument, ownLayers, peerLayers } from '../measurements/layer.js';

export const layers: Case = {
  name: 'layers',
  about:
    'what a layer adds to a call that reaches the backend, in floors of about 50 ns; the backend answers at once',

  async run(gatesOnly) {
    const rows: (string | number)[][] = [];
    for (const layer of gatesOnly ? [] : (Object.keys(ownLayers) as (keyof typeof ownLayers)[])) {
      const cost = async (by: LayerArgument['by']): Promise<string> =>
        (await inChild<Ratio>('layer', { layers: layer, by })).median.toFixed(1);
      rows.push([layer, await cost('secretkit'), layer in peerLayers ? await cost('cockatiel') : '–']);
    }
    return {
      tables: [{ title: 'A call to the backend', columns: ['through', 'secretkit', 'cockatiel'], rows }],
      gates: [],
    };
  },
};
