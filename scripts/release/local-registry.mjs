// A package registry in memory, on this machine. npm and pnpm can publish to it and install from it.
import { createServer } from 'node:http';

/** Starts a registry. Returns its URL, its packages, and the function that closes it. */
export async function startRegistry() {
  const packages = new Map();
  const tarballs = new Map();

  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://registry').pathname.slice(1));
    const answer = (status, body) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(Buffer.isBuffer(body) ? body : JSON.stringify(body));
    };
    if (request.method === 'PUT') {
      publish(path, JSON.parse(await textOf(request)));
      answer(201, { ok: true });
    } else if (tarballs.has(path)) {
      answer(200, tarballs.get(path));
    } else if (packages.has(path)) {
      answer(200, packages.get(path));
    } else {
      answer(404, { error: 'unknown package' });
    }
  });
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${server.address().port}/`;

  function publish(name, { versions, _attachments: attachments, 'dist-tags': tags }) {
    const known = packages.get(name) ?? { name, versions: {}, 'dist-tags': {} };
    for (const [version, manifest] of Object.entries(versions)) {
      const [file, { data }] = Object.entries(attachments)[0];
      tarballs.set(`tarballs/${file}`, Buffer.from(data, 'base64'));
      known.versions[version] = {
        ...manifest,
        dist: { ...manifest.dist, tarball: `${url}tarballs/${encodeURIComponent(file)}` },
      };
    }
    Object.assign(known['dist-tags'], tags);
    packages.set(name, known);
  }

  return {
    url,
    packages,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

async function textOf(stream) {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  return text;
}
