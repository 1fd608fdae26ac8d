// What TypeDoc has to be told of this repository: pages have titles and places in the menu, sources that they link to are
// pages too, Mermaid blocks are drawn, and the Markdown reference is the API alone.
import { copyFileSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, extname, relative, resolve } from 'node:path';
import {
  Application,
  Comment,
  CommentTag,
  DocumentReflection,
  MarkdownEvent,
  PageEvent,
  RendererEvent,
} from 'typedoc';

const require = createRequire(import.meta.url);

export function load(app) {
  app.on(Application.EVENT_PROJECT_REVIVE, arrange, afterReadmes);
  app.renderer.on(MarkdownEvent.PARSE, markDiagrams, 100);
  app.renderer.on(PageEvent.END, useIconsOfThePage);
  app.renderer.on(RendererEvent.END, ({ outputDirectory }) => {
    const mermaid = `${outputDirectory}/assets/mermaid.js`;
    if (app.options.getValue('customJs')) copyFileSync(require.resolve('@mermaid-js/tiny'), mermaid);
  });
  app.outputs.addOutput('reference', async (out, project) => {
    keepOnlyTheApi(project);
    await app.outputs.outputs.get('markdown')(out, project);
  });
}

/** The priority between what reads the READMEs (0) and what sorts the menu (-100). */
const afterReadmes = -50;

function arrange(project) {
  for (const owner of [project, ...project.children]) dropTitle(owner.readme);
  for (const child of project.children) mergeMainEntry(project, child);
  nameDocuments(project);
  registerReference(project);
  addLinkedSources(project);
  sortAsNamed(project);
}

/** The page has a title of its own. */
function dropTitle([first]) {
  first.text = first.text.replace(/^# .*\n+/, '');
}

/** What `@secretkit/stripe` exports stands beside `@secretkit/stripe/client`, not in a module without a name. */
function mergeMainEntry(project, owner) {
  const main = owner.children?.find((child) => child.name === '');
  if (main) project.mergeReflections(main, owner);
}

/** A link to the Markdown reference is, within the site, a link to what that describes. */
function registerReference(project) {
  const folder = resolve('docs/reference');
  project.files.registerReflectionPath(`${folder}/README.md`, project);
  for (const child of project.children) {
    const name = child.name.replace(/^@[^/]+\//, '');
    project.files.registerReflectionPath(`${folder}/${name}.md`, child);
    project.files.registerReflectionPath(`${folder}/${name}/README.md`, child);
  }
}

/** A page is called what its first heading says, not what its file is called. */
function nameDocuments(project) {
  for (const document of project.documents) {
    const path = relative(process.cwd(), project.files.getReflectionPath(document));
    const [, title] = /^# (.+)$/m.exec(textOf(document.content)) ?? [];
    if (!title) throw new Error(`${path} has no heading.`);
    document.name = title.replaceAll('`', '');
    putInto(document, categoryOf(path));
  }
}

function categoryOf(path) {
  if (path.startsWith('examples/')) return 'Examples';
  return path.startsWith('docs/guides/') ? 'Guides' : 'Project';
}

function putInto(document, category) {
  document.comment = new Comment();
  document.comment.blockTags.push(new CommentTag('@category', [{ kind: 'text', text: category }]));
}

/** A browser would download a TypeScript file. */
function addLinkedSources(project) {
  const pages = [...project.documents];
  for (const path of project.files.getMediaPaths()) {
    const name = basename(path);
    if (extname(path) !== '.ts' && name !== 'LICENSE') continue;
    const { target } = project.files.registerAbsolute(path);
    const linking = pages.find(({ content }) => content.some((part) => part.target === target)) ?? project;
    const text = readFileSync(path, 'utf8');
    const shown = name === 'LICENSE' ? text : `# ${name}\n\n\`\`\`ts\n${text}\`\`\`\n`;
    const document = new DocumentReflection(name, linking, [{ kind: 'text', text: shown }], {});
    if (linking === project) putInto(document, categoryOf(relative(process.cwd(), path)));
    linking.addChild(document);
    project.registerReflection(document, undefined, path);
  }
}

/** The guides in the order in which their index names them, the rest in that of the README. */
function sortAsNamed(project) {
  const fileOf = (document) => project.files.getReflectionPath(document);
  const index = project.documents.find((document) => fileOf(document) === resolve('docs/guides/README.md'));
  const named = [...(index?.content ?? []), ...project.readme]
    .filter(({ kind }) => kind === 'relative-link')
    .map(({ target }) => target);
  const place = (document) => {
    if (document === index) return -1;
    const at = named.indexOf(project.files.registerAbsolute(fileOf(document)).target);
    return at === -1 ? named.length : at;
  };
  const byPlace = (one, other) => place(one) - place(other);
  project.documents.sort(byPlace);
  project.childrenIncludingDocuments.sort((one, other) =>
    one.isDocument() && other.isDocument() ? byPlace(one, other) : 0,
  );
}

function textOf(parts) {
  return parts.map(({ text }) => text).join('');
}

/** site.js draws them; without it, a reader sees their text. */
function markDiagrams(event) {
  event.parsedText = event.parsedText.replaceAll(
    /^```mermaid\n([^]*?)^```$/gm,
    (_, diagram) => `<pre class="diagram">${escaped(diagram)}</pre>\n`,
  );
}

function escaped(text) {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/^\s*\n/gm, '');
}

/** A page that was opened from the disk may not load those of another file, and says so for each of them. */
function useIconsOfThePage(page) {
  page.contents = page.contents.replaceAll(/<use href="[^"#]*icons\.svg#/g, '<use href="#');
}

/** On a forge, guides and READMEs are read where they stand. */
function keepOnlyTheApi(project) {
  for (const document of [...project.documents]) project.removeReflection(document);
  for (const owner of [project, ...project.children]) owner.readme = undefined;
}
