/** Brings the shelves on the page to what they should show, touching only what differs. */
import { aisleOf } from './aisles.ts';
import { type Card, cardContent, plainCard } from './card.ts';
import { element } from './markup.ts';
import { money } from './money.ts';
import { goOnMarkup, type Shelf, shelfHeading, shelfMarkup } from './shelf.ts';

/** What was last drawn into a card, so that cards that stay the same are left alone. */
const drawn = new WeakMap<Element, string>();

const pricedAs = (node: HTMLElement, { item }: Card): boolean =>
  node.querySelector('.price')?.textContent === (item.price === undefined ? '' : money(item.price));

function draw(node: HTMLElement, card: Card): void {
  const content = cardContent(card).text;
  // A card from the build was drawn plainly, at the price of that day.
  const before = drawn.get(node) ?? (pricedAs(node, card) && cardContent(plainCard(card.item)).text);
  if (before === content) return;
  const focused = node.contains(document.activeElement)
    ? document.activeElement?.getAttribute('data-act')
    : undefined;
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

/**
 * Makes the children of a row the given cards in their order. A card that keeps its place keeps its element. One that
 * moves gets a new one, unless the focus is in it: browsers count an element that jumps as an unstable layout, and the
 * glide goes by product, not by element.
 */
export function fillRow(row: Element, cards: readonly Card[]): void {
  const before = [...row.querySelectorAll<HTMLElement>(':scope > .card')];
  const focused =
    document.activeElement instanceof HTMLElement && row.contains(document.activeElement)
      ? document.activeElement
      : undefined;
  const focusedPlace = before.findIndex((node) => focused && node.contains(focused));
  const focusedCard = before[focusedPlace];
  const after = cards.map((card, place) => {
    const id = card.item.id;
    const kept = [before[place], focusedCard].find((node) => node?.dataset.recluseItem === id);
    if (!kept) return newCard(card);
    draw(kept, card);
    return kept;
  });
  const staying = new Set(after);
  for (const node of before) if (!staying.has(node)) node.remove();
  after.forEach((node, place) => {
    if (row.children[place] !== node) row.insertBefore(node, row.children[place] ?? null);
  });
  if (!focused || document.activeElement === focused) return;
  // Whoever was on a card that left is now on the card in its place.
  const act = focused.getAttribute('data-act');
  const heir = after[Math.min(focusedPlace, after.length - 1)];
  const target = focused.isConnected
    ? focused
    : heir?.querySelector<HTMLElement>(act ? `[data-act="${act}"]` : 'a');
  target?.focus({ preventScroll: true });
}

/** The last place of a row, where one can go on; whoever is on it when there is nothing more goes back to the last card. */
function goOn(row: Element, { goesOn, title }: Shelf): void {
  const there = row.querySelector(':scope > .go-on');
  if (goesOn && !there) row.append(element(goOnMarkup(title)));
  if (!goesOn && there) {
    const focused = there.contains(document.activeElement);
    there.remove();
    if (focused) row.querySelector<HTMLElement>('.card:last-child a')?.focus();
  }
}

/** Makes the shelves below `root` the given ones in their order. Shelves without a card are not shown. */
export function fillShelves(root: HTMLElement, shelves: readonly Shelf[]): void {
  const wanted = shelves.filter(({ cards }) => cards.length > 0);
  const before = [...root.querySelectorAll<HTMLElement>(':scope > .shelf')];
  // Those that go, go first: what is pushed up by them would have to be moved, and lose the focus.
  const names = new Set(wanted.map(({ placement }) => placement));
  for (const node of before) if (!names.has(node.dataset.placement!)) node.remove();
  const firstNew = wanted.findIndex(({ placement }, place) => before[place]?.dataset.placement !== placement);
  wanted.forEach((shelf, place) => {
    // A shelf below a new one is new itself, for the same reason as a card that moves.
    const pushed = firstNew >= 0 && place >= firstNew;
    const old = before.find((node) => node.dataset.placement === shelf.placement);
    const kept = pushed && !old?.contains(document.activeElement) ? undefined : old;
    const node = kept ?? element(shelfMarkup(shelf));
    if (kept) {
      kept.dataset.source = shelf.source;
      const heading = kept.querySelector('h2')!;
      const text = shelfHeading(shelf).text;
      if (heading.innerHTML !== text) heading.innerHTML = text;
      const row = kept.querySelector('.row')!;
      fillRow(row, shelf.cards);
      goOn(row, shelf);
    } else {
      shelf.cards.forEach((card, index) => {
        drawn.set(node.querySelectorAll('.card')[index]!, cardContent(card).text);
      });
      old?.remove();
    }
    if (root.children[place] !== node) root.insertBefore(node, root.children[place] ?? null);
  });
}

/** The products of a shelf as it stands on the page. */
export const shownOn = (root: ParentNode, placement: string): string[] =>
  [...root.querySelectorAll<HTMLElement>(`.shelf[data-placement="${placement}"] .card`)].map(
    (card) => card.dataset.recluseItem!,
  );
