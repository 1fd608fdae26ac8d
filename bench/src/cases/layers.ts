import type { Case } from '../case.js';
import { inChild } from '../in-child.js';
import type { Ratio } from '../measure/ratio.js';
import { type LayerArgument, ownLayers, peerLayers } from '../measurements/layer.js';

export const layers: Case = {
  name: 'layers',
  description:
    'the cost of each layer per call to a backend that answers at once, in multiples of the baseline (about 50 ns)',

  async run(gatesOnly) {
    const rows: (string | number)[][] = [];
    for (const layer of gatesOnly ? [] : (Object.keys(ownLayers) as (keyof typeof ownLayers)[])) {
      const cost = async (by: LayerArgument['by']): Promise<string> =>
        (await inChild<Ratio>('layer', { layers: layer, by })).median.toFixed(1);
      rows.push([layer, await cost('secretkit'), layer in peerLayers ? await cost('cockatiel') : '–']);
    }
    return {
      tables: [{ title: 'Cost of a layer per call', columns: ['layer', 'secretkit', 'cockatiel'], rows }],
      gates: [],
    };
  },
};
