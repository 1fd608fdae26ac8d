// Before a release: adds the address of the sources to every package.json, and makes the relative links of every README
// absolute, for the pages of the registry. CI sets GITHUB_SERVER_URL, GITHUB_REPOSITORY and GITHUB_SHA.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_SHA: commit } = process.env;
if (!server || !repository || !commit) {
  console.error(
    'A release needs the address of its sources. Set GITHUB_SERVER_URL (https://github.com), GITHUB_REPOSITORY (owner/name) and GITHUB_SHA.',
  );
  process.exit(1);
}
const home = `${server}/${repository}`;
const packages = fileURLToPath(new URL('../../packages/', import.meta.url));

for (const name of readdirSync(packages)) {
  const folder = `packages/${name}`;
  rewrite(`${packages}${name}/package.json`, (text) => {
    const manifest = {
      ...JSON.parse(text),
      repository: { type: 'git', url: `git+${home}.git`, directory: folder },
      homepage: `${home}/tree/${commit}/${folder}#readme`,
      bugs: `${home}/issues`,
    };
    return `${JSON.stringify(manifest, null, 2)}\n`;
  });
  rewrite(`${packages}${name}/README.md`, (text) => withAbsoluteLinks(text, folder));
}

/** Leaves code blocks unchanged. */
function withAbsoluteLinks(text, folder) {
  return text
    .split(/(^```[\s\S]*?^```$)/m)
    .map((part) =>
      part.startsWith('```') ? part : part.replaceAll(/(!?\[[^\]]*\])\(([^)\s]+)\)/g, absolute),
    )
    .join('');

  function absolute(link, label, target) {
    if (/^(#|[a-z]+:)/.test(target)) return link;
    const kind = label.startsWith('!') ? 'raw' : 'blob';
    return `${label}(${new URL(target, `${home}/${kind}/${commit}/${folder}/`)})`;
  }
}

function rewrite(file, change) {
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}
