// Runs the blocks that compile-code-blocks.mjs wrote, and compares their output with the comments after `console.log`.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';

/** Blocks that are compiled and not run. Each entry must match a block. */
const notRun = [
  { in: 'README.md.', that: "fetch('https://api.example.com'", why: 'it calls a partner' },
  {
    in: 'packages__stripe__README.md',
    that: "process.env['STRIPE_SECRET_KEY']",
    why: 'it calls the Stripe API',
  },
  {
    in: 'packages__nestjs__',
    that: '@Inject',
    why: 'a Nest class does nothing by itself; tests and examples/nestjs-app run such classes',
  },
];

// The blocks read these variables.
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
  const [, middleware] = /^(?:export )?const (\w+) = (?:around|defineMiddleware)\(/m.exec(code) ?? [];
  if (middleware) writeFileSync(folder + file, `${code}\n${exercise(middleware)}`);
  const failure = /from '(node:test|vitest)'/.test(code) ? runAsTest(file, code) : await runHere(file, code);
  if (failure) failures.push(`${file.replaceAll('__', '/')}: ${failure}`);
}
for (const each of notRun) {
  if (!matched.has(each)) failures.push(`run-code-blocks.mjs: no block of ${each.in} has ${each.that}`);
}
console.log(`${ran} of ${blocks.length} blocks ran, ${failures.length} failed`);
for (const failure of failures) console.error(`  ${failure}`);
process.exit(failures.length > 0 ? 1 : 0);

/** All blocks run in this process: a process for each would take minutes. */
async function runHere(file, code) {
  const expected = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text);
  const printed = [];
  const { log, warn } = console;
  console.log = (...things) => printed.push(things.map(shown).join(' '));
  console.warn = () => undefined;
  try {
    await Promise.race([import(`file://${folder}${file}`), timeout()]);
  } catch (error) {
    return `it threw ${inspect(error)}`;
  } finally {
    Object.assign(console, { log, warn });
  }
  const matches =
    expected.length === printed.length && expected.every((text, at) => allows(text, printed[at]));
  if (expected.length === 0 || matches) return undefined;
  return `expected the output ${JSON.stringify(expected)}, got ${JSON.stringify(printed)}`;
}

/** Returns code that wraps a provider with every capability in the middleware of a block, and makes each call. */
function exercise(middleware) {
  return `
    import { createSecrets as clientOf } from '@secretkit/core';
    import { memorySecrets as backend } from '@secretkit/memory';
    const exercised = clientOf(${middleware}(backend({ initial: { one: 'example' } })));
    await exercised.require('one');
    await exercised.getMany({ one: 'one', two: 'two' });
    const { version } = await exercised.set('two', 'example');
    if (version === undefined) throw new Error('the version of a write is lost');
    await exercised.compareAndSet('two', 'another example', version);
    await exercised.listVersions('two');
    await exercised.delete('two');
    for await (const { name } of exercised.list()) if (name !== 'one') throw new Error('a wrong list');
    await exercised.close();`;
}

/** A comment is the output, or the output and an explanation: `undefined: the tenant has none`. */
function allows(comment, text) {
  return comment === text || comment.startsWith(`${text}: `);
}

function shown(thing) {
  return typeof thing === 'string' ? thing : inspect(thing);
}

function timeout() {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error('it did not end within 20 s')), 20_000).unref();
  });
}

function runAsTest(file, code) {
  if (code.includes("from 'vitest'")) return undefined; // the file of an example, which vitest runs
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--conditions=@secretkit/source', '--test', folder + file],
    { encoding: 'utf8' },
  );
  return status === 0 ? undefined : `its tests fail:\n${stdout}`;
}
