import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const node = 'node --import tsx --conditions=@secretkit/source';

/** What `npx` runs here: what is installed in the workspace, with the sources of the packages. */
const packages = {
  tsx: node,
  vitest: `node ${root}examples/recipes/src/run-vitest.mjs`,
  '@secretkit/sealed': `${node} ${root}examples/recipes/src/sealed-command.ts`,
  '@secretkit/stripe-emulator': `${node} ${root}packages/stripe-emulator/src/command/cli.ts`,
};

/** Writes an `npx` that downloads nothing, and links to other programs, into a folder for the PATH. Returns the folder. */
export function writePrograms(folder: string, others: Readonly<Record<string, string>> = {}): string {
  const cases = Object.entries(packages).map(([name, command]) => `  ${name}) exec ${command} "$@" ;;\n`);
  const unknown = '  *) echo "there is no $program here." >&2; exit 1 ;;\n';
  const npx = `#!/bin/sh\nprogram=$1; shift\ncase $program in\n${cases.join('')}${unknown}esac\n`;
  const links = Object.entries(others).map(
    ([name, path]) => [name, `#!/bin/sh\nexec ${path} "$@"\n`] as const,
  );
  mkdirSync(folder, { recursive: true });
  for (const [name, script] of [['npx', npx] as const, ...links]) {
    writeFileSync(join(folder, name), script);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}
