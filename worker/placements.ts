/** What the placements of this page show at the moment, so that one need not show what another does. */
import type { Page, RecommendRequest } from '../src/contract.ts';

/** The lists of a page visit, by placement. */
export interface Placements {
  /** Ids that other placements have been given last: all others, or those named. */
  elsewhere(placement: string, distinct: RecommendRequest['distinct']): string[];
  /** Notes what a placement was given; a further page adds to it. */
  give(placement: string, ids: readonly string[], page: Page | undefined): void;
  /**
   * Makes a list in the order of asking: one that must know of others waits for all that were asked for before.
   *
   * @param waits whether it must
   */
  inTurn<Result>(waits: boolean, make: () => Promise<Result>): Promise<Result>;
}

/** No more placements than this are remembered; the one that was asked for longest ago goes first. */
const most = 100;

export function openPlacements(): Placements {
  const given = new Map<string, readonly string[]>();
  let earlier: Promise<unknown> = Promise.resolve();
  return {
    elsewhere(placement, distinct) {
      if (!distinct) return [];
      const counts = (name: string) => name !== placement && (distinct === true || distinct.includes(name));
      return [...given].flatMap(([name, ids]) => (counts(name) ? ids : []));
    },
    give(placement, ids, page) {
      given.delete(placement);
      given.set(placement, page ? [...page.given, ...ids] : ids);
      if (given.size > most) given.delete(given.keys().next().value!);
    },
    inTurn(waits, make) {
      const before = earlier;
      const made = waits ? before.then(make) : make();
      earlier = Promise.allSettled([before, made]);
      return made;
    },
  };
}
