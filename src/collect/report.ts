import type { Interaction, Search } from '../contract.ts';
import type { Recommender } from '../recommender.ts';
import { type EventItem, numberOf, type RawItem, type ShopEvent, textOf } from './shop-event.ts';

/** What of a recommender is used: `track`, and `retract` for refunds where there is one. */
export type Collecting = Pick<Recommender, 'track'> & {
  retract?(request: { basket: string; item?: string }): Promise<unknown>;
};

/** The types of interactions by the names that GA4 has for what happened. `false`: not collected. */
export type TypeTable = Readonly<Record<string, string | false>>;

/** The types under which interactions are stored unless the site says otherwise. */
export const defaultTypes = {
  view_item: 'view',
  view_item_list: 'impression',
  select_item: 'click',
  add_to_cart: 'cart',
  remove_from_cart: 'cart-removal',
  add_to_wishlist: 'wishlist',
  purchase: 'purchase',
  refund: 'refund',
  search: 'search',
  view_search_results: 'search',
} as const satisfies TypeTable;

/** What is told of an order, by its number. */
const ordered: ReadonlySet<string> = new Set(['purchase', 'refund']);

/** Says to the recommender what the sources saw. */
export interface Report {
  /** Tracks an event; leaves out a view or search that this page has told already, unless it was claimed before. */
  tell(event: ShopEvent, claimed?: boolean): void;
  /** Whether this page has told of no view of the item yet. From now on it counts as told. */
  claimView(raw: RawItem): boolean;
}

/** Makes interactions of events: ids and types become the site's own. */
export function reporting(
  recluse: Collecting | PromiseLike<Collecting>,
  types: TypeTable,
  itemId: (raw: RawItem) => string | undefined,
): Report {
  let page: string | undefined;
  const told = new Set<string>();

  /** Whether something is said for the first time since this page was opened. A fragment makes no other page, unless it is a route. */
  function first(what: string): boolean {
    const here = location.href.replace(/#(?![/!]).*/, '');
    if (here !== page) told.clear();
    page = here;
    return told.size !== told.add(what).size;
  }

  function idOf(raw: RawItem): string | undefined {
    try {
      return textOf(itemId(raw));
    } catch {
      return undefined;
    }
  }

  function typeOf(name: string): string | false | undefined {
    return Object.hasOwn(types, name) ? types[name] : undefined;
  }

  /** The event's items as interactions; the lines of one order that are of one item become one. */
  function interactions(type: string, event: ShopEvent): Interaction[] {
    const basket = textOf(event.basket);
    const order = basket && ordered.has(event.name) ? `${event.name}:${basket}` : undefined;
    const lines = new Map<unknown, Interaction>();
    for (const seen of event.items) {
      const item = idOf(seen.raw);
      if (!item) continue;
      const line = order ? item : seen;
      const { value = 0, quantity = 0 } = lines.get(line) ?? {};
      const add = (sum: number, more: number | undefined) => (more === undefined ? sum || more : sum + more);
      const interaction = {
        type,
        item,
        time: Date.now(),
        ...placeOf(seen),
        basket,
        value: add(value, numberOf(seen.value, 1e12)),
        quantity: add(quantity, numberOf(seen.quantity)),
        // The same order told again, after a reload for example, has the same ids, and so is not stored again.
        id: order && textOf(`${order}:${item}`),
      };
      lines.set(line, defined(interaction) as Interaction);
    }
    return [...lines.values()];
  }

  let here: Collecting | undefined = 'track' in recluse ? recluse : undefined;
  const waiting: ((recluse: Collecting) => unknown)[] = [];
  if (!here)
    Promise.resolve(recluse).then(
      (arrived) => {
        here = arrived;
        for (const work of waiting.splice(0)) ask(work);
      },
      () => {
        // Nobody is there to be told anything.
        waiting.length = 0;
        here = { track: async () => {} };
      },
    );

  /** Asks the recommender at once, so that the page's next list knows it; what goes wrong is the recommender's to report. */
  function ask(work: (recluse: Collecting) => unknown): void {
    if (here) (async (now: Collecting) => work(now))(here).catch(() => {});
    else waiting.push(work);
  }

  function track(seen: readonly (Interaction | Search)[]): void {
    if (seen.length > 0) ask((to) => to.track(seen));
  }

  function refund(type: string, event: ShopEvent): void {
    const basket = textOf(event.basket);
    const lines = interactions(type, event);
    ask((from) => {
      if (!basket || !from.retract) return lines.length > 0 && from.track(lines);
      const requests = event.items.length > 0 ? lines.map(({ item }) => ({ basket, item })) : [{ basket }];
      return Promise.all(requests.map((request) => from.retract?.(request)));
    });
  }

  return {
    tell(event, claimed = false) {
      const { name } = event;
      const type = typeOf(name);
      if (!type) return;
      const query = textOf(event.query);
      if (type === 'search') {
        if (query && first(`search ${query}`)) track([{ type, query, time: Date.now() }]);
      } else if (name === 'refund') refund(type, event);
      else {
        const once = name === 'view_item' && !claimed;
        track(interactions(type, event).filter(({ item }) => !once || first(`view ${item}`)));
      }
    },
    claimView(raw) {
      const item = typeOf('view_item') && idOf(raw);
      return Boolean(item && first(`view ${item}`));
    },
  };
}

/** Where an item stood, and how long it was seen: what of it is sound. */
function placeOf({ list, position, placement, dwell }: EventItem) {
  const place = numberOf(position);
  return {
    list: textOf(list),
    position: Number.isInteger(place) ? place : undefined,
    placement: textOf(placement),
    dwell: numberOf(dwell, 1e12),
  };
}

function defined<Fields extends object>(fields: Fields): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
