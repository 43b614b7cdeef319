import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { serve } from '../../../scripts/serve.mjs';

/** The built demo, served as `npm start` serves it. */
export interface DemoServer {
  /** Ends with a slash. The same before and after a stop. */
  readonly url: string;
  /** The path of every request that has arrived, oldest first. */
  readonly requests: readonly string[];
  /** Really stops: every connection ends, and nobody answers on the port. */
  stop(): Promise<void>;
  /** Answers again, on the same port. */
  restart(): Promise<void>;
}

/**
 * The requests that a page or a worker of it made. The browser itself looks some time after a visit whether there is a newer service worker:
 * when, no page can tell, nor keep it from doing so.
 */
export const withoutTheBrowsers = (requests: readonly string[]): string[] =>
  requests.filter((address) => !address.endsWith('/sw.js'));

/** Choices for {@link serveDemo}. */
export interface DemoServerOptions {
  /** Response headers besides the usual ones, or instead of them. */
  headers?: Record<string, string>;
  /** Another folder than the built demo, for example a copy with a damaged pack. */
  folder?: string;
}

/** Serves the built demo on a free port. */
export async function serveDemo({ headers, folder }: DemoServerOptions = {}): Promise<DemoServer> {
  const built = folder ?? fileURLToPath(new URL('../../../demo/dist', import.meta.url));
  if (!existsSync(`${built}/index.html`)) throw new Error(`No shop in ${built}: \`npm run build\` makes it.`);
  const requests: string[] = [];
  const start = (port: number) =>
    serve({ folder: built, port, headers: headers ?? {}, onRequest: (path) => requests.push(path) });
  let served = await start(0);
  return {
    url: served.url,
    requests,
    stop: () => served.stop(),
    async restart() {
      served = await start(served.port);
    },
  };
}
