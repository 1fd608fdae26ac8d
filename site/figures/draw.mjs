import { outage } from './outage.mjs';
import { rotation } from './rotation.mjs';
import { tenants } from './tenants.mjs';

/** Returns the figures of the first screen by name, as HTML. */
export async function drawFigures() {
  return { rotation: drawn(rotation()), outage: drawn(await outage()), tenants: drawn(await tenants()) };
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
