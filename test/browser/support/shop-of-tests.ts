import { afterEach, beforeEach } from 'vitest';
import type { RecluseError } from '../../../src/contract.ts';
import { createRecommender, type Recommender, type RecommenderOptions } from '../../../src/index.ts';
import { type PackServer, packServer } from './pack-server.ts';
import type { TinyPack } from './tiny-pack.ts';

/** A recommender on a test's server, and what a test may do to it. */
export interface Opened {
  recluse: Recommender;
  /** Its workers, oldest first: more than one if it was restarted. */
  workers: Worker[];
  problems: RecluseError[];
}

/** A name that no other test uses. */
export const freshName = () => `test-${crypto.randomUUID().slice(0, 8)}`;

/** The recommender's own options, and the test's. */
export interface OpenOptions extends Partial<RecommenderOptions> {
  /** The worker finds a browser that refuses to store anything. */
  keepsNothing?: boolean;
}

/** Opens a recommender as a page would. */
export async function open(
  server: PackServer,
  { keepsNothing = false, ...options }: OpenOptions = {},
): Promise<Opened> {
  const workers: Worker[] = [];
  const problems: RecluseError[] = [];
  const recluse = await createRecommender({
    pack: server.manifestUrl,
    worker() {
      const worker = new Worker(new URL('./worker-of-tests.ts', import.meta.url), {
        type: 'module',
        name: keepsNothing ? 'keeps-nothing' : '',
      });
      workers.push(worker);
      return worker;
    },
    onProblem: (problem) => problems.push(problem),
    ...options,
  });
  return { recluse, workers, problems };
}

/**
 * Serves a pack anew before each test of a file, and closes after it what the test has opened, the server last.
 *
 * @param onServer gets the server of the test that begins
 * @returns opens a recommender of its own name on that server
 */
export function shopsOf(
  pack: () => Promise<TinyPack>,
  onServer: (server: PackServer) => void,
): (options?: OpenOptions) => Promise<Opened> {
  let server: PackServer;
  const opened: Opened[] = [];
  beforeEach(async () => {
    server = packServer(await pack());
    onServer(server);
  });
  afterEach(async () => {
    for (const { recluse } of opened.splice(0)) await recluse.close();
    server.close();
  });
  return async (options = {}) => {
    const one = await open(server, { name: freshName(), ...options });
    opened.push(one);
    return one;
  };
}
