/** Brings the shelves on the page to what they should show, touching only what differs. */
import { aisleOf } from './aisles.ts';
import { type Card, cardContent, plainCard } from './card.ts';
import { element } from './markup.ts';
import { type Shelf, shelfHeading, shelfMarkup } from './shelf.ts';

/** What was last drawn into a card, so that cards that stay the same are left alone. */
const drawn = new WeakMap<Element, string>();

function draw(node: HTMLElement, card: Card): void {
  const content = cardContent(card).text;
  // A card from the build was drawn plainly.
  if ((drawn.get(node) ?? cardContent(plainCard(card.item)).text) === content) return;
  const focused = node.contains(document.activeElement) ? document.activeElement?.getAttribute('data-act') : undefined;
  node.innerHTML = content;
  drawn.set(node, content);
  if (focused) node.querySelector<HTMLElement>(`[data-act="${focused}"]`)?.focus({ preventScroll: true });
}

function newCard(card: Card): HTMLElement {
  const node = document.createElement('li');
  node.className = 'card';
  node.dataset.recluseItem = card.item.id;
  node.dataset.aisle = aisleOf(card.item.categories);
  const content = cardContent(card).text;
  node.innerHTML = content;
  drawn.set(node, content);
  return node;
}

/** Makes the children of a row the given cards in their order. Cards that are there already move, with their focus. */
export function fillRow(row: Element, cards: readonly Card[]): void {
  const present = new Map([...row.children].map((node) => [(node as HTMLElement).dataset.recluseItem!, node as HTMLElement]));
  const focused = document.activeElement instanceof HTMLElement && row.contains(document.activeElement) ? document.activeElement : null;
  const focusedPlace = focused ? [...row.children].findIndex((node) => node.contains(focused)) : -1;
  const act = focused?.getAttribute('data-act');
  const wanted = new Set(cards.map(({ item }) => item.id));
  for (const [id, node] of present) if (!wanted.has(id)) node.remove();
  cards.forEach((card, place) => {
    const node = present.get(card.item.id) ?? newCard(card);
    draw(node, card);
    if (row.children[place] !== node) row.insertBefore(node, row.children[place] ?? null);
  });
  if (!focused || document.activeElement === focused) return;
  // Whoever was on a card that left is now on the card in its place.
  const heir = focused.isConnected ? focused : row.children[Math.min(focusedPlace, row.children.length - 1)];
  const target = focused.isConnected ? focused : heir?.querySelector<HTMLElement>(act ? `[data-act="${act}"]` : 'a');
  target?.focus({ preventScroll: true });
}

/** Makes the shelves below `root` the given ones in their order. Shelves without a card are not shown. */
export function fillShelves(root: HTMLElement, shelves: readonly Shelf[]): void {
  const wanted = shelves.filter(({ cards }) => cards.length > 0);
  const present = new Map([...root.querySelectorAll<HTMLElement>('.shelf')].map((node) => [node.dataset.placement!, node]));
  const names = new Set(wanted.map(({ placement }) => placement));
  for (const [placement, node] of present) if (!names.has(placement)) node.remove();
  wanted.forEach((shelf, place) => {
    const old = present.get(shelf.placement);
    const node = old ?? element(shelfMarkup({ ...shelf, cards: [] }));
    node.dataset.source = shelf.source;
    const heading = node.querySelector('h2')!;
    const text = shelfHeading(shelf).text;
    if (heading.innerHTML !== text) heading.innerHTML = text;
    fillRow(node.querySelector('.row')!, shelf.cards);
    if (root.children[place] !== node) root.insertBefore(node, root.children[place] ?? null);
  });
}

/** The products of a shelf as it stands on the page. */
export const shownOn = (root: ParentNode, placement: string): string[] =>
  [...root.querySelectorAll<HTMLElement>(`.shelf[data-placement="${placement}"] .card`)].map(
    (card) => card.dataset.recluseItem!,
  );
