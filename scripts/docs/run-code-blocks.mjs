// Runs the blocks that compile-code-blocks.mjs has written out, and compares what they print with the comments beside `console.log`.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';

/** What is compiled only. Each entry must match a block, or it is out of date. */
const notRun = [
  { in: 'README.md.', that: "fetch('https://api.example.com'", why: 'it calls a partner' },
  {
    in: 'packages__stripe__README.md',
    that: "process.env['STRIPE_SECRET_KEY']",
    why: 'it asks Stripe itself',
  },
  {
    in: 'packages__nestjs__',
    that: '@Inject',
    why: 'a class of Nest does nothing by itself; its tests and examples/nestjs-app run such classes',
  },
  { in: 'secret-error.ts', that: "throw new SecretError('unavailable'", why: 'it throws' },
];

// What the examples take for given.
process.env['SECRETS_URL'] = 'memory:';
process.env['DATABASE_URL'] = process.env['APP_DATABASE_URL'] = 'postgres://db.example/app';

const folder = fileURLToPath(new URL('../../.cache/docs/', import.meta.url));
const blocks = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .sort()
  .map((file) => ({ file, code: readFileSync(folder + file, 'utf8') }));
const matched = new Set();
const failures = [];
let ran = 0;

for (const { file, code } of blocks) {
  const excuse = notRun.find((each) => file.includes(each.in) && code.includes(each.that));
  if (excuse) {
    matched.add(excuse);
    continue;
  }
  ran += 1;
  const failure = /from '(node:test|vitest)'/.test(code) ? runAsTest(file, code) : await runHere(file, code);
  if (failure) failures.push(`${file.replaceAll('__', '/')}: ${failure}`);
}
for (const each of notRun) {
  if (!matched.has(each)) failures.push(`run-code-blocks.mjs: no block of ${each.in} has ${each.that}`);
}
console.log(`${ran} of ${blocks.length} blocks ran, ${failures.length} failed`);
for (const failure of failures) console.error(`  ${failure}`);
process.exit(failures.length > 0 ? 1 : 0);

/** In this process, one after another: starting one for each would take minutes. */
async function runHere(file, code) {
  const expected = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text);
  const printed = [];
  const { log, warn } = console;
  console.log = (...things) => printed.push(things.map(shown).join(' '));
  console.warn = () => undefined;
  try {
    await Promise.race([import(`file://${folder}${file}`), tooLong()]);
  } catch (error) {
    return `it threw ${inspect(error)}`;
  } finally {
    Object.assign(console, { log, warn });
  }
  const told = expected.length === printed.length && expected.every((text, at) => says(text, printed[at]));
  if (expected.length === 0 || told) return undefined;
  return `the comments say ${JSON.stringify(expected)}, it printed ${JSON.stringify(printed)}`;
}

/** `undefined: the tenant has none` says what was printed, and why. */
function says(comment, text) {
  return comment === text || comment.startsWith(`${text}: `);
}

function shown(thing) {
  return typeof thing === 'string' ? thing : inspect(thing);
}

function tooLong() {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error('no end within 20 s')), 20_000).unref();
  });
}

function runAsTest(file, code) {
  if (code.includes("from 'vitest'")) return undefined; // a file of an example, which runs among the tests
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--conditions=@secretkit/source', '--test', folder + file],
    { encoding: 'utf8' },
  );
  return status === 0 ? undefined : `its tests fail:\n${stdout}`;
}
