// What the site makes of Markdown: the anchors of a forge, diagrams, and tables whose rows a phone can stack.
export const markdown = {
  anchor: { slugify: forgeSlug },
  attrs: { disable: true }, // braces are text, as on a forge
  config(md) {
    const { code_inline: code, text, fence } = md.renderer.rules;
    // Vue would take these for its own.
    md.renderer.rules.text = (...args) => text(...args).replaceAll('{{', '&#123;&#123;');
    md.renderer.rules.code_inline = (tokens, at, ...rest) => {
      tokens[at].attrSet('v-pre', '');
      return code(tokens, at, ...rest);
    };
    md.renderer.rules.fence = (tokens, at, ...rest) =>
      tokens[at].info === 'mermaid'
        ? `<Diagram source="${encodeURIComponent(tokens[at].content)}"/>`
        : fence(tokens, at, ...rest);
    md.core.ruler.push('label-cells', labelCells);
  },
};

/** The id that a forge gives to a heading. */
function forgeSlug(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}

/** Gives each cell of a table the text of its column's heading. */
function labelCells({ tokens }) {
  let labels = [];
  let column = 0;
  for (const [at, token] of tokens.entries()) {
    if (token.type === 'table_open') labels = [];
    if (token.type === 'tr_open') column = 0;
    if (token.type === 'th_open') labels.push(tokens[at + 1].content.replaceAll(/[`*\\]/g, ''));
    if (token.type === 'td_open') token.attrSet('data-label', labels[column++] ?? '');
  }
}
