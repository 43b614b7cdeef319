/** The page that `rank.mjs` opens: starts the worker and hands batches on to it. */
import { type Remote, wrap } from 'comlink';
import type { RankingWorker } from './worker.ts';

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
const api: Remote<RankingWorker> = wrap<RankingWorker>(worker);

const ranking = {
  /** Opens the pack beside this page. */
  open: (upTo: 'popular' | 'linear' | 'model') =>
    api.open(new URL('/pack/manifest.json', location.href).href, upTo),
  rank: (lines: string[]) => api.rank(lines),
};

export type Ranking = typeof ranking;

Object.assign(window, { ranking });
