// Prints the totals of vitest's JSON report and of the other runtimes, on one line of its own.
import { readFileSync } from 'node:fs';
import { vitestCounts } from './runtimes/counts.mjs';

const [vitest, runtimes] = process.argv.slice(2);
const all = [vitestCounts(vitest), ...JSON.parse(readFileSync(runtimes, 'utf8'))];
const sum = (count) => all.reduce((total, counts) => total + counts[count], 0);
console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
