import { inChild } from './src/in-child.js';

for (const w of ['byHand', 'scoped', 'peek', 'batchOfTen']) {
  const r: any = await inChild('own-hits', w);
  console.log(w, r.median.toFixed(2));
}
for (const s of ['secretkit', 'lru-cache', 'bentocache']) {
  for (const readers of [100, 10000]) {
    const b: any = await inChild('burst', { subject: s, readers });
    console.log(
      s,
      readers,
      b.map((x: any) => [x.calls, x.overMs.toFixed(1), x.cpuMs.toFixed(1)].join('/')).join(' '),
    );
  }
  console.log(s, await inChild('failing', s), await inChild('missing', s), await inChild('memory', s));
}
