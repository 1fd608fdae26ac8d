import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path/posix';

const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Serves the files of a folder to this machine only. Resolves with `{ url, close }`. */
export function serve(folder, { port = 0 } = {}) {
  const server = createServer((request, response) => {
    const file = fileOf(folder, request.url);
    const type = types[extname(file ?? '.html')] ?? 'application/octet-stream';
    // The names of assets change with their content.
    const caching = file?.startsWith(join(folder, 'assets/')) ? 'max-age=31536000, immutable' : 'no-cache';
    response.writeHead(file ? 200 : 404, { 'content-type': type, 'cache-control': caching });
    createReadStream(file ?? join(folder, '404.html')).pipe(response);
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(port, '127.0.0.1', () =>
      resolve({ url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() }),
    );
  });
}

function fileOf(folder, url) {
  let path;
  try {
    // An absolute path has no `..` above its root.
    path = normalize(`/${decodeURIComponent(url.split(/[?#]/)[0])}`);
  } catch {
    return undefined; // it is not well encoded
  }
  const places = [path, `${path}.html`, `${path}/index.html`].map((place) => join(folder, place));
  return path.includes('\0')
    ? undefined
    : places.find((place) => existsSync(place) && statSync(place).isFile());
}
