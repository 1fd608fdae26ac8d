// Reads the page of a recipe: the files that it shows, its commands, and their output.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../docs/recipes/', import.meta.url));

/** The names of all recipes. */
export const recipeNames = readdirSync(folder)
  .filter((file) => file.endsWith('.md'))
  .map((file) => file.slice(0, -3))
  .sort();

/**
 * Returns the code blocks of a recipe in their order, as `{ kind, name, text }`. A `file` begins with a comment that has
 * its name; a `command` is another block of `sh`, an `output` a block of `text`; any other block is an `excerpt`.
 */
export function blocksOf(recipe) {
  const page = readFileSync(`${folder}${recipe}.md`, 'utf8');
  return [...page.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, language, text]) => {
    const [, name] = /^(?:\/\/|#|--) ([\w./-]*\.\w+)$/m.exec(text.split('\n')[0]) ?? [];
    if (name) return { kind: 'file', name, text };
    return { kind: { sh: 'command', text: 'output' }[language] ?? 'excerpt', name: language, text };
  });
}

/** Returns the packages that its commands install. */
export function installedBy(recipe) {
  const lines = blocksOf(recipe)
    .filter(({ kind, text }) => kind === 'command' && /^(npm install|bun add|deno add) /.test(text))
    .flatMap(({ text }) => text.split('\n'));
  const names = lines.flatMap((line) => line.split(' ').slice(2));
  return names.map((name) => name.replace(/^npm:/, '').replace(/(?<=.)@[\d.]+$/, ''));
}
