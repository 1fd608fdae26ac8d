// Adapts TypeDoc to this repository: gives pages titles and places in the menu, makes pages of the sources that they link
// to, draws Mermaid blocks, and reduces the Markdown reference to the API.
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

/** Runs after TypeDoc has read the READMEs (priority 0) and before it sorts the menu (priority -100). */
const afterReadmes = -50;

function arrange(project) {
  for (const owner of [project, ...project.children]) dropTitle(owner.readme);
  for (const child of project.children) mergeMainEntry(project, child);
  nameDocuments(project);
  registerReference(project);
  addLinkedSources(project);
  sortAsLinked(project);
}

/** Removes the first heading: TypeDoc shows the title by itself. */
function dropTitle([first]) {
  first.text = first.text.replace(/^# .*\n+/, '');
}

/** Shows the exports of `@secretkit/stripe` beside `@secretkit/stripe/client`, not in a module without a name. */
function mergeMainEntry(project, owner) {
  const main = owner.children?.find((child) => child.name === '');
  if (main) project.mergeReflections(main, owner);
}

/** Turns a link to a page of the Markdown reference into a link to the site's page of the same module. */
function registerReference(project) {
  const folder = resolve('docs/reference');
  project.files.registerReflectionPath(`${folder}/README.md`, project);
  for (const child of project.children) {
    const name = child.name.replace(/^@[^/]+\//, '');
    project.files.registerReflectionPath(`${folder}/${name}.md`, child);
    project.files.registerReflectionPath(`${folder}/${name}/README.md`, child);
  }
}

/** Names each page by its first heading, not by its file. */
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

/** Makes pages of linked sources: a browser would download a TypeScript file. */
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

/** Sorts pages in the order in which the README links to them. */
function sortAsLinked(project) {
  const named = project.readme.filter(({ kind }) => kind === 'relative-link').map(({ target }) => target);
  const place = (document) => {
    const { target } = project.files.registerAbsolute(project.files.getReflectionPath(document));
    const at = named.indexOf(target);
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

/** Marks the diagrams that site.js draws. Without JavaScript, a reader sees their text. */
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

/** Uses the icons of the page itself: a page opened from the disk must not load those of another file. */
function useIconsOfThePage(page) {
  page.contents = page.contents.replaceAll(/<use href="[^"#]*icons\.svg#/g, '<use href="#');
}

/** Removes guides and READMEs: on a forge, they are read in the repository. */
function keepOnlyTheApi(project) {
  for (const document of [...project.documents]) project.removeReflection(document);
  for (const owner of [project, ...project.children]) owner.readme = undefined;
}
