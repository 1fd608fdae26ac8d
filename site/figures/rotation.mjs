import { readFileSync } from 'node:fs';
import { root } from '../../scripts/structure/manifests.mjs';

const names = {
  pgPool: 'secretkit, pgPool',
  'password function': 'a password function',
  'password read once': 'a password read once',
};
const measured = 'single user, server first, lag 500 ms';

/** Reads the queries that failed from the table of the proof, which is run on PostgreSQL. */
export function rotation() {
  const lines = readFileSync(`${root}docs/reference/rotation/README.md`, 'utf8').split('\n');
  const rows = lines.map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));
  return Object.entries(names).map(([client, name]) => {
    const [, , , total, failed] = rows.find((row) => row[1] === client && row[2] === measured) ?? [];
    if (!total) throw new Error(`docs/reference/rotation/README.md has no row "${client} | ${measured}".`);
    return { name, failed: numberIn(failed), total: numberIn(total) };
  });
}

function numberIn(cell) {
  return Number(cell.replaceAll(',', ''));
}
