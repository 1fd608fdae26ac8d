import { outage } from './outage.mjs';
import { rotation } from './rotation.mjs';
import { tenants } from './tenants.mjs';

/** Returns the figures of the first screen by name, as HTML. */
export async function drawFigures() {
  const figures = { rotation: rotation(), outage: await outage(), tenants: await tenants() };
  for (const [name, [own]] of Object.entries(figures)) {
    if (own.failed > 0)
      throw new Error(`site/home.md must not claim its figure "${name}": ${own.failed} failed.`);
  }
  return Object.fromEntries(Object.entries(figures).map(([name, rows]) => [name, drawn(rows)]));
}

/** A bar is all attempts, and its red part those that failed. */
function drawn(rows) {
  const lines = rows.map(({ name, failed, total }) => {
    const width = ((failed / total) * 100).toFixed(1);
    const count = `${failed.toLocaleString('en')} of ${total.toLocaleString('en')}`;
    const bar = `<span class="bar"><span style="width: ${width}%"></span></span>`;
    return `<div><span>${name}</span>${bar}<span>${count}</span></div>`;
  });
  return `<div class="shares">${lines.join('')}</div>`;
}
