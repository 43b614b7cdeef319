/** A small static server for the built demo, with the headers that a careful host would send. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, resolve, sep } from 'node:path';

/** @type {Record<string, string>} */
const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.webp': 'image/webp',
};

/** What the pages may load and run: their own host's files, and WebAssembly. Nothing inline, nobody else. */
export const contentSecurityPolicy =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";

/** Names that carry a hash of their content, as Vite (`-Dk3_x9Qa`) and the pack (`-0a1b2c3d`) write them. */
const hashed = /^\/(assets\/.*-[\w-]{8}|pack\/.*-[0-9a-f]{8})\.\w+$/;

/** @param {string} path */
async function isFile(path) {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/**
 * The file for an address: itself, a page of that name, or, for the app's own routes, the shop.
 *
 * @param {string} folder @param {string} pathname
 */
async function fileFor(folder, pathname) {
  const path = resolve(join(folder, normalize(pathname)));
  if (path !== folder && !path.startsWith(folder + sep)) return undefined;
  const candidates = extname(path)
    ? [path]
    : [`${path}.html`, `${path}${sep}index.html`, `${folder}${sep}index.html`];
  for (const candidate of candidates) if (await isFile(candidate)) return candidate;
  return undefined;
}

/**
 * @typedef {object} Served
 * @property {number} port
 * @property {string} url Ends with a slash.
 * @property {() => Promise<void>} stop Ends every connection; afterwards nobody answers on the port.
 */

/**
 * Serves a folder on this machine only, as `localhost` and as `127.0.0.1`.
 *
 * @param {object} options
 * @param {string} options.folder
 * @param {number} [options.port] Default: any free one.
 * @param {boolean} [options.orNext] Tries the next ports if this one is taken. Default: false.
 * @param {Record<string, string>} [options.headers] Sent besides the usual ones.
 * @param {(path: string) => void} [options.onRequest] Called for every request that arrives.
 * @returns {Promise<Served>}
 */
export async function serve({ folder, port = 0, orNext = false, headers = {}, onRequest }) {
  const top = resolve(folder);

  /** @type {import('node:http').RequestListener} */
  const listener = (request, response) => {
    // A file that vanishes under the answer ends this answer, not the server.
    answer(request, response).catch(() => response.destroy());
  };

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async function answer(request, response) {
    const address = request.url ?? '/';
    onRequest?.(address);
    /** @param {number} status @param {string} text */
    const refuse = (status, text) => response.writeHead(status, { 'Content-Type': 'text/plain' }).end(text);
    if (request.method !== 'GET' && request.method !== 'HEAD') return void refuse(405, 'Only GET and HEAD.');
    let pathname;
    try {
      pathname = decodeURIComponent(new URL(address, 'http://localhost').pathname);
    } catch {
      return void refuse(400, 'Not an address.');
    }
    const file = await fileFor(top, pathname);
    if (!file) return void refuse(404, 'Not here.');
    const { size, mtimeMs } = await stat(file);
    const tag = `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`;
    const common = {
      'Cache-Control': hashed.test(pathname) ? 'public, max-age=31536000, immutable' : 'no-cache',
      'Content-Security-Policy': contentSecurityPolicy,
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      ETag: tag,
      ...headers,
    };
    if (request.headers['if-none-match'] === tag) return void response.writeHead(304, common).end();
    response.writeHead(200, {
      ...common,
      'Content-Type': types[extname(file)] ?? 'application/octet-stream',
      'Content-Length': size,
    });
    if (request.method === 'HEAD') return void response.end();
    createReadStream(file)
      .on('error', () => response.destroy())
      .pipe(response);
  }

  for (let attempt = 0; ; attempt += 1) {
    try {
      return await listen(listener, port === 0 ? 0 : port + attempt);
    } catch (error) {
      const taken = /** @type {NodeJS.ErrnoException} */ (error).code === 'EADDRINUSE';
      if (!taken || (port !== 0 && !orNext) || attempt >= 100) throw error;
    }
  }
}

/** @param {import('node:http').Server} server @param {number} port @param {string} host */
function bind(server, port, host) {
  return new Promise((done, failed) => {
    server.once('error', failed).listen(port, host, () => done(undefined));
  });
}

/** @param {import('node:http').Server} server */
function end(server) {
  return new Promise((done) => {
    server.close(() => done(undefined));
    server.closeAllConnections();
  });
}

/**
 * `localhost` means ::1 to some programs and 127.0.0.1 to others, so both are served.
 *
 * @param {import('node:http').RequestListener} answer @param {number} port
 * @returns {Promise<Served>}
 */
async function listen(answer, port) {
  const four = createServer(answer);
  await bind(four, port, '127.0.0.1');
  const given = /** @type {import('node:net').AddressInfo} */ (four.address()).port;
  const six = createServer(answer);
  try {
    await bind(six, given, '::1');
  } catch (error) {
    // Some machines have no IPv6, and then nobody asks for ::1.
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EADDRINUSE') {
      await end(four);
      throw error;
    }
  }
  return {
    port: given,
    url: `http://localhost:${given}/`,
    stop: async () => void (await Promise.all([four, six].filter((server) => server.listening).map(end))),
  };
}
