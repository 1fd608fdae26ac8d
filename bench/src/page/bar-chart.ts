export interface Bar {
  readonly name: string;
  readonly value: number;
  /** Whether the bar has the accent colour. */
  readonly highlighted?: boolean;
}

export interface BarChart {
  readonly title: string;
  /** The unit of the numbers. */
  readonly unit: string;
  readonly bars: readonly Bar[];
  /** A vertical line at a number that the bars should stay below. */
  readonly limit?: { readonly at: number; readonly name: string };
}

const width = 760;
const nameWidth = 280;
const numberWidth = 70;
const barWidth = width - nameWidth - numberWidth;
const rowHeight = 22;
const top = 52;
const bottom = 14;

/** Draws horizontal bars on a logarithmic scale, as SVG for light and dark pages. */
export function barChart({ title, unit, bars, limit }: BarChart): string {
  const values = [...bars.map(({ value }) => value), ...(limit ? [limit.at] : [])].filter(
    (value) => value > 0,
  );
  const first = 10 ** Math.floor(Math.log10(Math.min(...values) * 0.999)); // so that the smallest value has a visible bar
  const last = Math.max(...values);
  const lengthOf = (value: number): number =>
    value <= first ? 0 : (barWidth * Math.log(value / first)) / Math.log(last / first);
  const height = top + bars.length * rowHeight + bottom;

  const rows = bars.map(({ name, value, highlighted }, at) => {
    const y = top + at * rowHeight;
    const length = lengthOf(value);
    return [
      `<text x="${nameWidth - 8}" y="${y + 14}" text-anchor="end">${escapeXml(name)}</text>`,
      `<rect class="${highlighted ? 'highlighted' : 'other'}" x="${nameWidth}" y="${y + 2}" width="${Math.max(1, length).toFixed(1)}" height="${rowHeight - 6}" rx="2"/>`,
      `<text class="number" x="${width - 8}" y="${y + 14}" text-anchor="end">${formatNumber(value)}</text>`,
    ].join('');
  });
  const limitAt = limit && (nameWidth + lengthOf(limit.at)).toFixed(1);
  const line = limit
    ? `<line class="limit" x1="${limitAt}" x2="${limitAt}" y1="${top - 4}" y2="${height - bottom}"/>` +
      `<text class="limit" x="${limitAt}" y="${top - 8}" text-anchor="middle">${escapeXml(limit.name)}</text>`
    : '';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(title)}">
<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 15px }
.number, .unit { fill: #59636e }
.highlighted { fill: #1a7f5a }
.other { fill: #b6bec8 }
line.limit { stroke: #cf222e; stroke-dasharray: 4 3 }
text.limit { fill: #cf222e; font-size: 11px }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc }
.number, .unit { fill: #9198a1 }
.highlighted { fill: #3fb68b }
.other { fill: #4a535e }
line.limit { stroke: #f85149 }
text.limit { fill: #f85149 }
}
</style>
<text class="title" x="8" y="20">${escapeXml(title)}</text>
<text class="unit" x="${width - 8}" y="20" text-anchor="end">${escapeXml(unit)}</text>
${[line, ...rows].filter(Boolean).join('\n')}
</svg>
`;
}

function formatNumber(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(2)));
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
