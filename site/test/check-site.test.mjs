import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { problemsOf, unexpectedLines } from '../check-site.mjs';
import { serve } from '../serve.mjs';
import { siteText } from '../site-text.mjs';

const folder = mkdtempSync(join(tmpdir(), 'secretkit-site-'));
after(() => rmSync(folder, { recursive: true }));

describe('the checks of the site', () => {
  const cases = [
    ['a link to a page that is not there', '<a href="/other.html">', '', /link \/other\.html leads nowhere/],
    ['a link to a heading that is not there', '<a href="#nowhere">', '', /link #nowhere leads nowhere/],
    ['a link to a heading of another page', '<a href="next.html#two">', '', /next\.html#two leads nowhere/],
    ['a link to a source', '<a href="src/main.ts">', '', /src\/main\.ts leads nowhere/],
    ['a picture that is not there', '<img alt="" src="/a.svg">', '', /\/a\.svg leads nowhere/],
    [
      'a script from elsewhere',
      '<script src="https://cdn.example/a.js"></script>',
      '',
      /loads https:\/\/cdn/,
    ],
    ['a type parameter as an element', '<p>Promise<Value></p>', '', /<Value> must be in a code span/],
    ['braces that Vue has evaluated', '<p>a </p>', 'a {{ b }}', /text between \{\{ and \}\} is not shown/],
  ];
  for (const [name, html, markdown, expected] of cases) {
    it(`find ${name}`, () => {
      const [site, written] = writeSite({ 'page.html': `<h1 id="one">One</h1>${html}` }, markdown);
      assert.match(problemsOf(site, written).join('\n'), expected);
    });
  }

  it('find nothing in a good site', () => {
    const [site, written] = writeSite(
      {
        'page.html':
          '<h1 id="one">1</h1><a href="#one">1</a><a href="/next.html#one">2</a><a href="/in/">3</a><code>{{ b }}</code>',
        'in/index.html': '<a href="../page.html#one">4</a><a href="https://example.com">5</a>',
      },
      '`{{ b }}`',
    );
    assert.deepEqual(problemsOf(site, written), []);
  });

  it('find an error in what the build prints', () => {
    const good = [
      'vitepress v1.6.4',
      '- rendering pages...',
      '✓ rendering pages...',
      'build complete in 4.50s.',
    ];
    assert.deepEqual(unexpectedLines(good), []);
    assert.deepEqual(unexpectedLines([...good, '[vue/compiler] error']), ['[vue/compiler] error']);
  });

  function writeSite(files, markdown) {
    const site = mkdtempSync(join(folder, 'site-'));
    const written = mkdtempSync(join(folder, 'pages-'));
    writeFileSync(join(written, 'page.md'), markdown);
    for (const [file, html] of Object.entries({ 'next.html': '<p id="one">', ...files })) {
      mkdirSync(dirname(join(site, file)), { recursive: true });
      writeFileSync(join(site, file), html);
    }
    return [site, written];
  }
});

describe('the text of a page', () => {
  const problems = [];
  const textOf = (text) =>
    siteText(
      { file: 'packages/a/README.md', title: 'A', text },
      (path) => ({ 'docs/b.md': '/b.md', 'packages/a/src/c.ts': '/sources/c.md' })[path],
      (problem) => problems.push(problem),
    );

  it('has links to pages and sources of the site', () => {
    const text = textOf('# A\n\n[`b`](../../docs/b.md#part) and [c](src/c.ts), [d](https://example.com)');
    assert.match(text, /\[`b`\]\(\/b\.md#part\) and \[c\]\(\/sources\/c\.md\), \[d\]\(https:/);
    assert.deepEqual(problems, []);
  });

  it('reports a link to a file that is not there', () => {
    textOf('# A\n\n[x](src/x.ts)');
    assert.match(problems.pop(), /packages\/a\/README\.md: there is no packages\/a\/src\/x\.ts/);
  });

  it('shows installations for each package manager, and leaves other commands', () => {
    const text = textOf('# A\n\n```sh\nnpm install --save-dev x\n```\n\n```sh\nnpm start\n```');
    for (const line of [
      'npm install --save-dev x',
      'pnpm add --save-dev x',
      'yarn add --dev x',
      'bun add --dev x',
    ]) {
      assert.ok(text.includes(line), line);
    }
    assert.match(text, /^```sh\nnpm start\n```/m);
  });

  it('has the terms of its comment', () => {
    assert.match(textOf('# A\n\n<!-- terms: redis, 401 -->'), /"terms":"redis, 401"/);
  });
});

describe('the server', () => {
  it('serves files of its folder to this machine only', async () => {
    mkdirSync(join(folder, 'served/in'), { recursive: true });
    writeFileSync(join(folder, 'outside.html'), 'outside');
    for (const file of ['a.html', 'in/index.html', '404.html']) {
      writeFileSync(join(folder, 'served', file), file);
    }
    const { url, close } = await serve(join(folder, 'served'));
    try {
      assert.match(url, /^http:\/\/127\.0\.0\.1:/);
      const answers = [
        '/a.html',
        '/a?b',
        '/in/',
        '/none',
        '/../outside.html',
        '/%2e%2e/outside.html',
        '/%',
        '/%00',
      ];
      assert.deepEqual(await Promise.all(answers.map((path) => get(url, path))), [
        '200 a.html',
        '200 a.html',
        '200 in/index.html',
        ...Array(5).fill('404 404.html'),
      ]);
    } finally {
      close();
    }
  });

  /** Sends the path as it is: `fetch` would normalise it. */
  function get(url, path) {
    return new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port: new URL(url).port, path, agent: false }, (response) => {
        let text = '';
        response
          .on('data', (part) => (text += part))
          .on('end', () => resolve(`${response.statusCode} ${text}`));
      })
        .on('error', reject)
        .end();
    });
  }
});
