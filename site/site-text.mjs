// Turns the Markdown of a file, as a forge shows it, into that of the site.
import { dirname, join, relative } from 'node:path/posix';

/**
 * Returns the text of a page. `resolveLink(path)` returns the address of a file of the repository; `note` is called
 * with each link that leads nowhere.
 */
export function siteText({ file, title, text }, resolveLink, note) {
  const terms = [...text.matchAll(/<!-- terms: (.+?) -->/g)].map(([, words]) => words).join(', ');
  const body = text
    .replace(/^# .+$/m, `# ${title}`)
    .split(/(^ *```[^]*?^ *```$)/m)
    .map((part, at) => (at % 2 === 1 ? withPackageManagers(part) : withLinks(part)))
    .join('');
  return `---\n${JSON.stringify({ terms, source: file })}\n---\n\n${body}`;

  function withLinks(prose) {
    return prose.replaceAll(/(?<=\]\()([^)\s#]+)(?=[)\s#])/g, (target) => {
      if (/^[a-z]+:/.test(target)) return target;
      const path = relative('.', join(dirname(file), decodeURI(target)));
      const address = resolveLink(path);
      if (!address) note(`${file}: there is no ${path} to link to.`);
      return address ?? target;
    });
  }
}

/** How each package manager says `npm install`, its flag for tools, and `npx`. */
const managers = {
  npm: ['npm install', '--save-dev', 'npx'],
  pnpm: ['pnpm add', '--save-dev', 'pnpm exec'],
  yarn: ['yarn add', '--dev', 'yarn exec'],
  bun: ['bun add', '--dev', 'bunx'],
};

/** Shows commands that install packages for each package manager. */
function withPackageManagers(fence) {
  const [, commands] = /^```sh\n((?:(?:npm install|npx) .*\n)+)```$/.exec(fence) ?? [];
  if (!commands?.startsWith('npm install')) return fence;
  const tabs = Object.entries(managers).map(([name, [install, development, run]]) => {
    const translated = commands
      .replaceAll('npm install', install)
      .replaceAll('--save-dev', development)
      .replaceAll('npx', run);
    return `\`\`\`sh [${name}]\n${translated}\`\`\``;
  });
  return `::: code-group\n\n${tabs.join('\n\n')}\n\n:::`;
}
