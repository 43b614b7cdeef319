import type { RecluseError } from '../../../src/contract.ts';
import { createRecommender, type Recommender, type RecommenderOptions } from '../../../src/index.ts';
import type { PackServer } from './pack-server.ts';

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
