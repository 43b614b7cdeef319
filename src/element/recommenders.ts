/** Which recommender a shelf asks: the one that the page has given to all, or one of its own pack. */
import { createRecommender, type Recommender } from '../index.ts';

/** What a shelf needs of a recommender. */
export type Serving = Pick<
  Recommender,
  | 'boughtTogether'
  | 'buyAgain'
  | 'discover'
  | 'items'
  | 'on'
  | 'popular'
  | 'recommend'
  | 'searchByTaste'
  | 'similar'
  | 'status'
  | 'track'
  | 'trending'
>;

let give: (recluse: Serving | PromiseLike<Serving>) => void;
let provided = new Promise<Serving>((resolve) => {
  give = resolve;
});
let given = false;

/** By address and name: shelves of one pack share one worker. */
const byPack = new Map<string, Promise<Recommender>>();

/**
 * Gives all shelves of the page that name no pack of their own their recommender: before they are there or after, as it suits. A second call
 * holds for shelves that come after it.
 *
 * @param recluse what `createRecommender()` gave, or its promise
 */
export function provide(recluse: Serving | PromiseLike<Serving>): void {
  if (given) provided = Promise.resolve(recluse);
  else give(recluse);
  given = true;
  // Each shelf says so by itself; a page without shelves has nobody to tell.
  provided.catch(() => {});
}

/** The recommender of an element's `pack`, `name`, `up-to` and `consent`, started once; without `pack`, the one that was provided. */
export function recommenderOf(element: Element): Promise<Serving> {
  const pack = element.getAttribute('pack');
  if (pack === null) return provided;
  const name = element.getAttribute('name') ?? 'default';
  const key = `${name} ${pack}`;
  const started =
    byPack.get(key) ??
    createRecommender({
      pack,
      name,
      // What is no such word the recommender refuses, and says so.
      upTo: (element.getAttribute('up-to') ?? 'model') as 'model',
      consent: (element.getAttribute('consent') ?? 'granted') as 'granted',
    });
  byPack.set(key, started);
  started.catch(() => byPack.delete(key));
  return started;
}
