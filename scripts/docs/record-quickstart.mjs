// Draws the output of the quickstart as docs/quickstart.svg. With --check, reports whether the drawing is up to date.
// Durations, dates, ports and counts of a load differ in every run, so they do not count as a difference.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const file = `${root}docs/quickstart.svg`;
const layout = { column: 8, line: 19, padding: 20, bar: 36 };

const { status, stdout, stderr } = spawnSync(
  process.execPath,
  ['--import', 'tsx', '--conditions=@secretkit/source', 'examples/quickstart/src/main.ts'],
  { cwd: root, encoding: 'utf8', env: { PATH: process.env.PATH, FORCE_COLOR: '1' } },
);
if (status !== 0) {
  console.error(`The quickstart failed:\n${stderr}`);
  process.exit(1);
}

const drawn = drawing(stdout.trim().split('\n'));
const isCurrent =
  existsSync(file) && withoutVariations(readFileSync(file, 'utf8')) === withoutVariations(drawn);
if (isCurrent) {
  console.log('docs/quickstart.svg shows the output of the quickstart.');
} else if (process.argv.includes('--check')) {
  console.error('docs/quickstart.svg is out of date. Run: node scripts/docs/record-quickstart.mjs');
  process.exit(1);
} else {
  writeFileSync(file, drawn);
}

function drawing(lines) {
  const columns = Math.max(...lines.map((line) => [...plain(line)].length));
  const right = columns * layout.column + 2 * layout.padding;
  const bottom = layout.bar + lines.length * layout.line + layout.padding;
  const text = lines.map((line, at) => {
    const y = layout.bar + (at + 1) * layout.line;
    return `<text x="${layout.padding}" y="${y}">${coloured(line)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${right} ${bottom}" width="${right}" height="${bottom}">
<title>What the quickstart prints</title>
<style>
  text { font: 13px ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #d6deeb; white-space: pre }
  .bold { font-weight: bold; fill: #ffffff }
  .dim { fill: #8b9bb0 }
  .cyan { fill: #7fdbca }
</style>
<rect x="0.5" y="0.5" width="${right - 1}" height="${bottom - 1}" rx="8" fill="#0f1b2d" stroke="#3c4c63"/>
<circle cx="20" cy="18" r="5" fill="#ff5f57"/><circle cx="38" cy="18" r="5" fill="#febc2e"/><circle cx="56" cy="18" r="5" fill="#28c840"/>
<text class="dim" x="${right / 2}" y="22" text-anchor="middle">npm start</text>
${text.filter((line) => !/\d"><\/text>$/.test(line)).join('\n')}
</svg>
`;
}

/** Replaces escape sequences by elements. Numbers other than these end a colour. */
function coloured(line) {
  const classes = { 1: 'bold', 2: 'dim', 36: 'cyan' };
  return line
    .split(escape())
    .map((part, at) => {
      if (at % 2 === 0) return part.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
      return part in classes ? `<tspan class="${classes[part]}">` : '</tspan>';
    })
    .join('');
}

function plain(line) {
  return line.replaceAll(escape(), '');
}

/** Returns a pattern of the escape sequences that set a colour. It captures the number. */
function escape() {
  return new RegExp(`${String.fromCharCode(27)}\\[(\\d+)m`, 'g');
}

/** Returns a drawing without the parts that differ in every run. */
function withoutVariations(svg) {
  return svg
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:#')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '#')
    .replaceAll(/[\d.,]+ (ms|s|min) ago|\bnow\b/g, '#')
    .replaceAll(/[\d.,]+ (ms|s|min)\b/g, '#')
    .replaceAll(/\d+ (queries|logins|HTTP calls)/g, '# $1')
    .replaceAll(/ (viewBox|width|x)="[^"]*"/g, '') // by the longest line
    .replaceAll(/ +/g, ' ');
}
