import type { Recommender } from 'recluse';

declare global {
  interface Window {
    /** The shop's recommender, for whoever looks in from the console or from a test. */
    recluse: Recommender;
  }
}
