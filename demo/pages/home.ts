/** The first page: shelves, each asked for without what the ones above it show. */
import type { ItemDisplay, RankedItem, RankedList } from 'recluse';
import { aisleNamed } from '../aisles.ts';
import { announce } from '../announce.ts';
import { arrange, movedUp } from '../arrange.ts';
import { causes, firstWithCompany } from '../because.ts';
import { type Card, plainCard } from '../card.ts';
import { plainName, slug } from '../label.ts';
import { glide } from '../motion.ts';
import { recall, remember } from '../remember.ts';
import type { Page } from '../route.ts';
import type { Shelf } from '../shelf.ts';
import { fillShelves, shownOn } from '../shelves.ts';
import type { Shop } from '../shop.ts';
import { aislesAtHome, shelfLength, titles } from '../shop-window.ts';
import { rhythm, shortReason } from '../words.ts';

/** Few bought-again products make no shelf. */
const leastAgain = 3;

interface Answer extends Omit<Shelf, 'cards' | 'source'> {
  readonly list: RankedList;
}

/** Asks for every list of the first page, from the top down. Nothing stands on two shelves. */
async function ask(shop: Shop): Promise<{ answers: Answer[]; newest: number }> {
  const { recluse } = shop;
  const taken = new Set(shop.unwanted);
  const answers: Answer[] = [];
  function put(answer: Answer): void {
    for (const { id } of answer.list.items.slice(0, shelfLength)) taken.add(id);
    answers.push(answer);
  }
  const common = () => ({ limit: shelfLength, exclude: [...taken] });

  const [history, profile] = await Promise.all([recluse.history({ limit: 300 }), recluse.profile()]);
  // What somebody has said about themselves counts as well as what they did.
  if (history.length === 0 && Object.keys(profile).length === 0) {
    put({
      placement: 'for-you',
      ...titles['for-you'],
      list: await shop.keep('for-you', recluse.popular({ ...common(), window: 'overall' })),
    });
  } else {
    put({
      placement: 'for-you',
      title: 'For you',
      about: shop.playing?.about ?? '',
      list: await shop.recommend({ placement: 'for-you', ...shop.mix, ...common() }),
    });
    const again = await shop.recommend({ placement: 'again', mode: 'repeat', ...common() });
    if (again.items.length >= leastAgain)
      put({ placement: 'again', title: 'Time to buy again', about: 'by your own rhythm', list: again });
    put({
      placement: 'discover',
      title: 'You might discover',
      about: 'new to you',
      list: await shop.recommend({ placement: 'discover', mode: 'discover', ...shop.mix, ...common() }),
    });
    const company = await firstWithCompany(
      causes(history).filter((id) => !shop.isUnwanted(id)),
      (id) =>
        recluse
          .similar(id, { by: 'together', ...common() })
          .catch(() => ({ items: [] }) as unknown as RankedList),
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
  const habit = ranked?.reasons?.find((reason) => reason.kind === 'habit');
  const note = placement === 'again' && habit?.kind === 'habit' ? rhythm(habit) : '';
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

  async function refresh(): Promise<void> {
    const { answers, newest } = await ask(shop);
    const learned = answers[0]?.list.interactions ?? 0;
    const told = known !== undefined && known !== newest;
    // To somebody else everything is new.
    const fromNothing = known === 0 || shop.replaced;
    known = newest;
    shop.replaced = false;
    if (told) moved = new Map();
    const shelves = answers.map(({ list, ...answer }): Shelf => {
      const before = shownOn(root, answer.placement);
      const fresh = list.items.map(({ id }) => id).filter((id) => shop.catalogue.get(id));
      const after = arrange(before, fresh, shop.pinned, shelfLength);
      if (told) moved.set(answer.placement, movedUp(fromNothing ? [] : before, after));
      const marked = moved.get(answer.placement);
      const cards = after.map((id) =>
        cardOf(
          shop.catalogue.get(id)!,
          list.items.find((item) => item.id === id),
          marked?.has(id) ?? false,
          answer.placement,
          shop,
        ),
      );
      return { ...answer, source: list.source, cards };
    });
    // Without a history the aisles stay as the build made them, less what should not be seen.
    if (learned === 0) shop.playing = undefined;
    if (learned === 0) shelves.push(...aislesFromTheBuild(shelves));
    remember('shelves', learned > 0 ? shelves.map(withoutReasons) : undefined);
    glide(root, () => fillShelves(root, shelves));
    if (told)
      announce(
        `Your shelves have changed. ${shelves
          .map((shelf) => `${shelf.title}: ${shelf.cards[0]?.item.title}`)
          .slice(0, 2)
          .join('. ')}.`,
      );
  }

  function aislesFromTheBuild(above: readonly Shelf[]): Shelf[] {
    const shown = new Set([
      ...above.flatMap(({ cards }) => cards.map(({ item }) => item.id)),
      ...shop.unwanted,
    ]);
    return aislesAtHome.map((id) => {
      const { name } = aisleNamed(id)!;
      const placement = `aisle-${id}`;
      const cards = builtAisles
        .get(placement)!
        .filter((product) => !shown.has(product) && shop.catalogue.get(product))
        .map((product) => plainCard(shop.catalogue.get(product)!));
      return { placement, title: name, about: '', more: `/category/${slug(name)}`, source: 'popular', cards };
    });
  }

  return { title, element, refresh };
}

const withoutReasons = (shelf: Shelf): Shelf => ({
  ...shelf,
  cards: shelf.cards.map((card) => ({ ...card, reason: '', count: 0 })),
});
