/** The first page: shelves, each asked for without what the ones above it show. */
import type { ItemDisplay, ListChange, RankedItem, RankedList } from 'recluse';
import { aisleNamed } from '../aisles.ts';
import { announce } from '../announce.ts';
import { arrange, movedUp } from '../arrange.ts';
import { causes, firstWithCompany } from '../because.ts';
import type { Card } from '../card.ts';
import { plainName, slug } from '../label.ts';
import { glide } from '../motion.ts';
import { recall, remember } from '../remember.ts';
import type { Page } from '../route.ts';
import type { Shelf } from '../shelf.ts';
import { fillShelves, shownOn } from '../shelves.ts';
import type { Shop } from '../shop.ts';
import { newsOf } from '../shop-rules.ts';
import { aislesAtHome, shelfLength, titles } from '../shop-window.ts';
import { madeAgo, rhythm, shortReason } from '../words.ts';

/** Few bought-again products make no shelf. */
const leastAgain = 3;
/** How much what was seen on a shelf and passed over makes room. */
const rotation = { 'for-you': 0.2, discover: 0.8 };

interface Answer extends Omit<Shelf, 'cards' | 'source'> {
  readonly source: string;
  /** Of all pages of its list that are open. */
  readonly items: RankedItem[];
  readonly hasMore: boolean;
  readonly interactions: number;
  /** The next page; `shown` is what stands on the page already. */
  next(shown: ReadonlySet<string>): Promise<RankedList>;
}

type Named = Omit<Shelf, 'cards' | 'source'>;

/** A shelf with the first page of its list. */
const answerOf = (named: Named, list: RankedList): Answer => ({
  ...named,
  source: list.source,
  items: [...list.items],
  hasMore: list.hasMore,
  interactions: list.interactions,
  next: () => list.next(),
});

/** What is said of a list that was made at an earlier visit, until the one of now is there. */
const aboutForYou = (shop: Shop, { staleness }: Pick<RankedList, 'staleness'>): string =>
  [shop.playing?.about, staleness > 0 && madeAgo(staleness)].filter(Boolean).join(' · ');

/**
 * Asks for every list of the first page, from the top down. Nothing stands on two shelves.
 *
 * @param first whether the page has just come: then "For you" may be what was made in advance at the end of the last visit
 */
async function ask(shop: Shop, first: boolean): Promise<{ answers: Answer[]; newest: number }> {
  const { recluse } = shop;
  const taken = new Set(shop.unwanted);
  const answers: Answer[] = [];
  function put({ list, ...named }: Named & { list: RankedList }): void {
    for (const { id } of list.items) taken.add(id);
    answers.push(answerOf(named, list));
  }
  const common = () => ({ limit: shelfLength, exclude: [...taken] });

  const [lines, profile] = await Promise.all([recluse.history({ limit: 500 }), recluse.profile()]);
  // What was merely seen is no deed.
  const history = lines.filter(({ type }) => type !== 'impression');
  // What somebody has said about themselves counts as well as what they did.
  if (history.length === 0 && Object.keys(profile).length === 0) {
    put({
      placement: 'for-you',
      ...titles['for-you'],
      list: await shop.keep('for-you', recluse.popular({ ...common(), window: 'overall' })),
    });
  } else {
    const forYou = await shop.recommend({
      placement: 'for-you',
      ...shop.mix,
      rotation: rotation['for-you'],
      freshness: first ? 'hybrid' : 'live',
      ...common(),
    });
    put({ placement: 'for-you', title: 'For you', about: aboutForYou(shop, forYou), list: forYou });
    const again = await shop.keep(
      'again',
      recluse.buyAgain({ placement: 'again', explain: true, distinct: ['for-you'], ...common() }),
    );
    if (again.items.length >= leastAgain)
      put({ placement: 'again', title: 'Time to buy again', about: 'by your own rhythm', list: again });
    put({
      placement: 'discover',
      title: 'You might discover',
      about: 'new to you',
      list: await shop.keep(
        'discover',
        recluse.discover({
          placement: 'discover',
          explain: true,
          ...shop.mix,
          rotation: rotation.discover,
          distinct: ['for-you', 'again'],
          ...common(),
        }),
      ),
    });
    const company = await firstWithCompany(
      causes(history).filter((id) => !shop.isUnwanted(id)),
      (id) => recluse.boughtTogether(id, common()).catch(() => ({ items: [] }) as unknown as RankedList),
    );
    const cause = company && shop.catalogue.get(company.id);
    if (cause) {
      const list = await shop.keep('because', Promise.resolve(company.list));
      put({
        placement: 'because',
        title: `Because of ${plainName(cause)}`,
        about: 'often bought together',
        list,
      });
    }
  }
  put({
    placement: 'popular',
    ...titles.popular,
    list: await shop.keep('popular', recluse.popular({ ...common(), window: 'recent' })),
  });
  put({
    placement: 'rising',
    ...titles.rising,
    list: await shop.keep('rising', recluse.trending(common())),
  });
  for (const id of aislesAtHome) {
    const { name } = aisleNamed(id)!;
    const placement = `aisle-${id}`;
    const ids = shop.catalogue.inAisle(id).map((item) => item.id);
    if (ids.length === 0 || history.length === 0) continue;
    const list = await shop.rerank(ids, { placement, ...common() });
    put({ placement, title: name, about: '', more: `/category/${slug(name)}`, list });
  }
  return { answers, newest: history[0]?.seq ?? 0 };
}

/** A product as its shelf shows it: with the rhythm on the shelf of habits, elsewhere with the reason if it moved. */
function cardOf(
  item: ItemDisplay,
  ranked: RankedItem | undefined,
  moved: boolean,
  placement: string,
  shop: Shop,
): Card {
  const note = newsOf(item.id) || (ranked?.due ? rhythm(ranked.due) : '');
  const telling = ranked?.reasons?.find(({ kind }) => kind !== 'popular');
  const reason = moved && !note && placement !== 'because' ? shortReason(telling, shop.catalogue) : '';
  return { item, count: shop.basket.countOf(item.id), reason, note };
}

/** The products that the build has put on the aisles' shelves. */
export type BuiltAisles = ReadonlyMap<string, readonly string[]>;

/** Before anything else has loaded: puts back what was on the shelves at the end of the last visit. */
export function wakeHome(element: HTMLElement): BuiltAisles {
  const root = element.querySelector<HTMLElement>('#shelves')!;
  const built = new Map(aislesAtHome.map((id) => [`aisle-${id}`, shownOn(root, `aisle-${id}`)]));
  const last = recall<Shelf[]>('shelves', []);
  if (last.length > 0) fillShelves(root, last);
  return built;
}

/** The first page. `element` holds the shelves of the build or of the last visit, and keeps them until better ones come. */
export function homePage(shop: Shop, element: HTMLElement, title: string, builtAisles: BuiltAisles): Page {
  const root = element.querySelector<HTMLElement>('#shelves')!;
  /** The newest deed that the shelves know; undefined before the first list. */
  let known: number | undefined;
  /** What the newest deed moved up, by shelf. It stays marked until the next one. */
  let moved = new Map<string, Set<string>>();

  /** The shelves as they are, and how many pages of each are open besides the first. */
  let answers: Answer[] = [];
  const opened = new Map<string, number>();

  async function refresh(): Promise<void> {
    const asked = await ask(shop, known === undefined);
    const { newest } = asked;
    const learned = asked.answers[0]?.interactions ?? 0;
    const told = known !== undefined && known !== newest;
    // To somebody else everything is new.
    const fromNothing = known === 0 || shop.replaced;
    known = newest;
    shop.replaced = false;
    if (told) moved = new Map();
    if (fromNothing) opened.clear();
    answers = asked.answers;
    // Without a history the aisles stay as the build made them, less what should not be seen.
    if (learned === 0) {
      shop.playing = undefined;
      answers.push(...aislesFromTheBuild(answers));
    }
    for (const answer of answers)
      for (let page = 0; page < (opened.get(answer.placement) ?? 0); page += 1) await lengthen(answer);
    const shelves = draw(told, fromNothing);
    remember('shelves', learned > 0 ? shelves.map(forTheNextVisit) : undefined);
    if (told)
      announce(
        `Your shelves have changed. ${shelves
          .map((shelf) => `${shelf.title}: ${shelf.cards[0]?.item.title}`)
          .slice(0, 2)
          .join('. ')}.`,
      );
  }

  /** A list that was made in advance is another now: what differs changes, everything else stays. */
  function change(changes: readonly ListChange[]): void {
    for (const { placement, list } of changes) {
      const place = answers.findIndex((answer) => answer.placement === placement);
      const before = answers[place];
      const shown = shop.lists.get(placement);
      // Whoever has asked since has a newer one.
      if (!before || !shown || shown.staleness === 0) continue;
      const others = new Set(
        answers.flatMap(({ items }, other) => (other === place ? [] : items.map(({ id }) => id))),
      );
      const items = list.items.filter(({ id }) => !others.has(id));
      answers = answers.with(place, {
        ...before,
        source: list.source,
        about: aboutForYou(shop, list),
        items,
      });
      shop.lists.set(placement, { ...shown, ...list });
      shop.arrivals.set(placement, performance.now());
    }
    draw(false, false);
  }

  /** Brings the answers onto the shelves. `told`: something was learned since they were drawn. */
  function draw(told: boolean, fromNothing: boolean): Shelf[] {
    // Whoever is on a card with the keyboard is on the same product afterwards: Enter must not put another one into the basket.
    const focused = fromNothing ? undefined : underFocus();
    const pinned = new Set([...shop.pinned, ...(focused ? [focused.id] : [])]);
    const shelves = answers.map((answer): Shelf => {
      const { placement, title: name, about, more, source, items, hasMore } = answer;
      const before = shownOn(root, placement);
      const fresh = items
        .map(({ id }) => id)
        .filter((id) => shop.catalogue.get(id) && (id !== focused?.id || placement === focused.placement));
      const after = arrange(before, fresh, pinned, Math.max(shelfLength, items.length));
      if (told) moved.set(placement, movedUp(fromNothing ? [] : before, after));
      const marked = moved.get(placement);
      const cards = after.map((id) =>
        cardOf(
          shop.catalogue.get(id)!,
          items.find((item) => item.id === id),
          marked?.has(id) ?? false,
          placement,
          shop,
        ),
      );
      return { placement, title: name, about, ...(more && { more }), source, cards, goesOn: hasMore };
    });
    glide(root, () => fillShelves(root, shelves));
    return shelves;
  }

  /** One more page for a shelf, without what stands on another. Returns how many products came; undefined where the shelves were asked for anew meanwhile. */
  async function lengthen(answer: Answer): Promise<number | undefined> {
    let longer = answer;
    let added = 0;
    while (added === 0 && longer.hasMore) {
      const shown = new Set([...shop.unwanted, ...answers.flatMap(({ items }) => items.map(({ id }) => id))]);
      const list = await longer.next(shown);
      const fresh = list.items.filter(({ id }) => !shown.has(id) && shop.catalogue.get(id));
      added = fresh.length;
      longer = { ...answerOf(longer, list), items: [...longer.items, ...fresh] };
    }
    const place = answers.indexOf(answer);
    if (place < 0) return undefined;
    answers = answers.with(place, longer);
    const list = shop.lists.get(answer.placement);
    // "Why" asks for the whole shelf, not for its last page.
    if (list) shop.lists.set(answer.placement, { ...list, items: longer.items } as RankedList);
    return added;
  }

  /** Shelves that are being gone on with: a second press is not a second page. */
  const going = new Set<string>();

  async function goOn(placement: string): Promise<void> {
    const answer = answers.find((other) => other.placement === placement);
    if (!answer || going.has(placement)) return;
    going.add(placement);
    const button = () =>
      root.querySelector<HTMLElement>(`.shelf[data-placement="${placement}"] [data-act="go-on"]`);
    button()?.setAttribute('aria-busy', 'true');
    const focusIsHere = () => document.activeElement === button();
    const pressed = focusIsHere();
    try {
      let added = await lengthen(answer);
      while (added === undefined) {
        const newer = answers.find((other) => other.placement === placement);
        added = newer ? await lengthen(newer) : 0;
      }
      opened.set(placement, (opened.get(placement) ?? 0) + 1);
      // Whoever has gone elsewhere meanwhile is not called back.
      const focused = pressed && focusIsHere();
      draw(false, false);
      announce(added > 0 ? `${added} more in ${answer.title}.` : `That is all there is in ${answer.title}.`);
      const first = shownOn(root, placement).length - added;
      // The shelf goes on where it stopped.
      if (focused && added > 0)
        root
          .querySelectorAll<HTMLElement>(`.shelf[data-placement="${placement}"] .card`)
          [first]?.querySelector<HTMLElement>('a')
          ?.focus();
    } finally {
      going.delete(placement);
      button()?.removeAttribute('aria-busy');
    }
  }

  function aislesFromTheBuild(above: readonly Answer[]): Answer[] {
    const shown = new Set([...above.flatMap(({ items }) => items.map(({ id }) => id)), ...shop.unwanted]);
    return aislesAtHome.map((id) => {
      const { name } = aisleNamed(id)!;
      const placement = `aisle-${id}`;
      const items = builtAisles
        .get(placement)!
        .filter((product) => !shown.has(product) && shop.catalogue.get(product))
        .map((product, position): RankedItem => ({ id: product, score: 0, position }));
      return {
        placement,
        title: name,
        about: '',
        more: `/category/${slug(name)}`,
        source: 'popular',
        items,
        hasMore: items.length > 0,
        interactions: 0,
        next: (there) =>
          shop.recluse.popular({
            category: name,
            window: 'overall',
            limit: shelfLength,
            exclude: [...there],
          }),
      };
    });
  }

  /** The product that the keyboard is on, and its shelf; not one that was hidden from there. */
  function underFocus(): { id: string; placement: string } | undefined {
    const card = document.activeElement?.closest<HTMLElement>('.card');
    const id = card?.dataset.recluseItem;
    const placement = card?.closest<HTMLElement>('.shelf')?.dataset.placement;
    if (!id || !placement || !root.contains(card) || shop.isUnwanted(id)) return undefined;
    return { id, placement };
  }

  return { title, element, refresh, goOn, change };
}

const forTheNextVisit = ({ goesOn: _, ...shelf }: Shelf): Shelf => ({
  ...shelf,
  cards: shelf.cards.slice(0, shelfLength).map((card) => ({ ...card, reason: '', count: 0 })),
});
