// Corrects what TypeDoc and its Markdown plugin write about the packages.
import { Application } from 'typedoc';
import { MarkdownPageEvent } from 'typedoc-plugin-markdown';

export function load(app) {
  app.on(Application.EVENT_PROJECT_REVIVE, mergeMainEntries);
  app.renderer.on(MarkdownPageEvent.END, correctAnchors);
}

/** Shows the exports of `@secretkit/stripe` beside `@secretkit/stripe/client`, not in a module without a name. */
function mergeMainEntries(project) {
  for (const owner of project.children) {
    const main = owner.children?.find((child) => child.name === '');
    if (!main) continue;
    if (main.comment) owner.comment = main.comment; // a merge drops it
    project.mergeReflections(main, owner);
  }
}

/** The plugin counts `Http.request` and `HttpRequest` as one name, so the only heading of that name gets a number. */
function correctAnchors(page) {
  const headings = [...page.contents.matchAll(/^#+ (.+)$/gm)].map(([, text]) =>
    text.toLowerCase().replaceAll(/\W/g, ''),
  );
  page.contents = page.contents.replaceAll(/\(#(\w+)-1\)/g, (link, name) =>
    headings.filter((heading) => heading === name).length === 1 ? `(#${name})` : link,
  );
}
