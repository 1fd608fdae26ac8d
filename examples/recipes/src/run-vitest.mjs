// Runs the vitest of the workspace in the working directory, with the sources of the packages.
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
process.argv.push('--root', '.', '--config', here('vitest.config.mjs'));
await import('../../../node_modules/vitest/vitest.mjs');
