import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Block, blocksOf } from '../../../scripts/docs/recipe.mjs';
import { writePrograms } from './programs.js';
import { openTerminal } from './terminal.js';

const own = fileURLToPath(new URL('../', import.meta.url));

/** What a test adds to a page. */
export interface RecipeContext {
  /** Variables, such as the address of a server. */
  readonly env?: Readonly<Record<string, string>>;
  /** The paths of programs that the commands call, by their names. */
  readonly programs?: Readonly<Record<string, string>>;
  /** The folder whose `node_modules` has the packages; that of this example otherwise. */
  readonly installation?: string;
  /** Returns the commands to start in place of those that need a program that is not here, such as a container engine. */
  readonly replace?: (command: string) => readonly string[];
}

/**
 * Runs a recipe as its page is written: writes the files, runs the commands in their order, and compares each output.
 *
 * A command may run on, as a server does: an output is what all commands have printed since the last one. The ports of the
 * page are free ports here.
 *
 * @returns The problem, or `undefined` if the recipe works.
 */
export async function runRecipe(
  name: string,
  { env, programs, installation = own, replace = () => [] }: RecipeContext = {},
): Promise<string | undefined> {
  const folder = join(installation, '.cache/run', name);
  rmSync(folder, { recursive: true, force: true });
  const blocks = blocksOf(name);
  write(join(folder, 'package.json'), '{ "private": true, "type": "commonjs" }\n'); // as `npm init` does
  symlinkSync(join(installation, 'node_modules'), join(folder, 'node_modules'), 'junction');
  for (const block of blocks) if (block.kind === 'file') write(join(folder, block.name), block.text);
  const ports = await freePorts();
  const here = (text: string): string =>
    text.replaceAll(/\b(3000|4000|12140)\b/g, (port) => ports[port] ?? port);
  const PATH = `${writePrograms(join(installation, '.cache/bin'), programs)}:${process.env['PATH'] ?? ''}`;
  const quiet = { NO_COLOR: '1', NODE_NO_WARNINGS: '1' };
  const terminal = openTerminal(folder, { PATH, PORT: here('3000'), ...quiet, ...env });
  try {
    for (const [at, block] of blocks.entries()) {
      const command = here(block.text);
      if (block.kind === 'excerpt') for (const each of replace(command)) terminal.start(here(each));
      if (block.kind !== 'command' || isInstallation(block)) continue;
      const next = blocks.slice(at + 1).find(({ kind }) => kind === 'command' || kind === 'output');
      const expected = next?.kind === 'output' ? here(next.text).trim() : undefined;
      const problem = await terminal.run(command, expected);
      if (problem !== undefined) return `${command}${problem}`;
    }
    return undefined;
  } finally {
    await terminal.close();
  }
}

function isInstallation({ text }: Block): boolean {
  return /^(npm install|bun add|deno add)/.test(text);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Returns a free port for each port of the pages. */
async function freePorts(): Promise<Readonly<Record<string, string>>> {
  const servers = ['3000', '4000', '12140'].map((port) => ({ port, server: createServer() }));
  const entries = servers.map(async ({ port, server }) => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no free port.');
    return [port, String(address.port)] as const;
  });
  const ports = Object.fromEntries(await Promise.all(entries));
  await Promise.all(servers.map(({ server }) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
