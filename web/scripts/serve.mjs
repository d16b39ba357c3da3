// A server of files on 127.0.0.1, for the demo and the tests.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.txt': 'text/plain; charset=utf-8',
};

/** Starts a server of folders by the first part of the path; the folder '' takes all others. */
export function serve(folders, port = 0, headers = {}) {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });

  async function answer(request, response) {
    const { pathname } = new URL(request.url, 'http://localhost');
    const file = locate(decodeURIComponent(pathname));
    const found = file === undefined ? undefined : await stat(file).catch(() => undefined);
    if (!found?.isFile() || (request.method !== 'GET' && request.method !== 'HEAD')) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n');
      return;
    }
    const tag = `"${found.size}-${Math.floor(found.mtimeMs)}"`;
    const head = { 'cache-control': 'no-cache', etag: tag, 'x-content-type-options': 'nosniff', ...headers };
    if (request.headers['if-none-match'] === tag) {
      response.writeHead(304, head).end();
      return;
    }
    response.writeHead(200, { ...head, 'content-type': types[path.extname(file)] ?? 'application/octet-stream', 'content-length': found.size });
    if (request.method === 'HEAD') {
      response.end();
    } else {
      createReadStream(file).pipe(response);
    }
  }

  function locate(pathname) {
    const [, first = '', ...rest] = pathname.split('/');
    const mapped = first !== '' && Object.hasOwn(folders, first) ? [folders[first], rest] : [folders[''], [first, ...rest]];
    const file = path.join(mapped[0], ...mapped[1]);
    if (pathname.includes('\0') || (file !== mapped[0] && !file.startsWith(mapped[0] + path.sep))) {
      return undefined;
    }
    return pathname.endsWith('/') ? path.join(file, 'index.html') : file;
  }

  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      resolve({ address: `http://127.0.0.1:${server.address().port}/`, close: () => new Promise((done) => (server.closeAllConnections(), server.close(done))) });
    });
  });
}
