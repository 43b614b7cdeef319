/** What buttons do. One listener for the whole page: cards from the build need no wiring. */
import { dislike, like, showMenu } from './menu.ts';
import type { Place, Shop } from './shop.ts';
import { showReasons } from './why.ts';

interface Deeds {
  readonly shop: Shop;
  openPanel(button: HTMLElement): Promise<void>;
  become(shopper: string): void;
  goOn(placement: string): void;
}

/** The shelf and the position of whatever was touched. */
function placeOf(node: Element): Place | undefined {
  const card = node.closest('.card');
  const placement = card?.closest<HTMLElement>('[data-placement]')?.dataset.placement;
  return card && placement
    ? { placement, position: [...card.parentElement!.children].indexOf(card) }
    : undefined;
}

function scrollShelf(button: Element, direction: 1 | -1): void {
  const row = button.closest('.shelf')?.querySelector('.row');
  row?.scrollBy({ left: direction * row.clientWidth, behavior: 'smooth' });
}

/** Whoever swipes along a shelf need not press "more": it comes when its place does. */
function goOnBySwiping(): void {
  const fingers = matchMedia('(hover: none), (width < 640px)');
  document.addEventListener(
    'scroll',
    ({ target }) => {
      if (!fingers.matches || !(target instanceof Element) || !target.matches('.row')) return;
      const button = target.querySelector<HTMLElement>('[data-act="go-on"]:not([aria-busy])');
      if (!button || target.scrollLeft + target.clientWidth < target.scrollWidth - 200) return;
      button.click();
    },
    { passive: true, capture: true },
  );
}

/** Listens from now on. What is touched before `deeds` resolves waits for it. */
export function startActions(deeds: Promise<Deeds>): void {
  goOnBySwiping();
  document.addEventListener('click', async (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-act]') : null;
    if (!button) return;
    const { act } = button.dataset;
    if (act === 'back' || act === 'on') return scrollShelf(button, act === 'on' ? 1 : -1);
    const id = button.closest<HTMLElement>('[data-recluse-item]')?.dataset.recluseItem ?? '';
    const place = placeOf(button);
    const { shop, openPanel, become, goOn } = await deeds;
    if (act === 'panel') await openPanel(button);
    if (act === 'shopper') become(button.dataset.shopper!);
    if (act === 'go-on') goOn(button.closest<HTMLElement>('[data-placement]')!.dataset.placement!);
    if (act === 'add') await shop.add(id, place);
    if (act === 'take') await shop.take(id);
    if (act === 'why') await showReasons(shop, button, id, place?.placement ?? '');
    if (act === 'menu') showMenu(shop, button, id, place ?? { placement: '', position: 0 });
    // Said once, it is taken back by saying it again.
    const { said } = button.dataset;
    if (said) await shop.recluse.forget({ interaction: said });
    else if (act === 'like') await like(shop, id, place);
    else if (act === 'dislike') await dislike(shop, id, place);
  });
}
