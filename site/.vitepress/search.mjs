// The search that the browser runs. A page names the words that its readers search in a comment: <!-- terms: a, b -->.

/** Divides the terms of a page from its text. */
const divider = '\u2063';

export const search = {
  provider: 'local',
  options: {
    detailedView: false,
    _render(text, env, md) {
      if (/^(index\.md$|sources\/)/.test(env.relativePath)) return '';
      md.options.highlight = undefined; // colours would take half of the build's time
      const html = md.render(text, env);
      if (env.relativePath.startsWith('reference/')) return namesOnly(html);
      return html.replace('</h1>', `</h1>${divider}${env.frontmatter.terms ?? ''}${divider}`);
    },
    miniSearch: {
      // The browser gets the text of these functions, so each must be complete by itself.
      options: {
        fields: ['title', 'titles', 'text', 'terms'],
        storeFields: ['title', 'titles'],
        extractField: (section, field) =>
          field === 'terms' ? (section.text.split('\u2063')[1] ?? '') : section[field],
        // Words of questions find nothing, so that the others decide.
        processTerm: (word) =>
          /^(an?|and|are|at|by|do|does|for|how|i|in|is|it|my|of|on|or|the|to|with|what|why)$/i.test(word)
            ? null
            : word.toLowerCase(),
      },
      searchOptions: {
        boost: { terms: 20, title: 4, titles: 1, text: 2 },
        bm25: { k: 1.2, b: 0.3, d: 0.5 }, // a page with many terms is not worse for it
        boostDocument: (address) => (address.startsWith('/reference/') ? 0.4 : 1),
      },
    },
  },
};

/** The reference is searched by its names. */
function namesOnly(html) {
  return html.replaceAll(
    /<h([1-6])[^]*?<\/h\1>|<a id="[^"]*"><\/a> <code[^>]*>[^<]*<\/code>|<[^>]+>|[^<]+/g,
    (part) => (/^<(h[13]|a id)/.test(part) ? `${part} ` : ''),
  );
}
