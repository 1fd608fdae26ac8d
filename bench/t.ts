import { inChild } from './src/in-child.js';
import { ownLayers, peerLayers } from './src/measurements/layer.js';

for (const layers of Object.keys(ownLayers)) {
  const a: any = await inChild('layer', { layers, by: 'secretkit' });
  const b: any = layers in peerLayers ? await inChild('layer', { layers, by: 'cockatiel' }) : undefined;
  console.log(layers, a.median.toFixed(1), b?.median.toFixed(1));
}
