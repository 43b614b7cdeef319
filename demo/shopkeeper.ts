/** The shopkeeper's view of one product: what a shop says between two packs. */
import { element, html } from './markup.ts';
import type { Shop } from './shop.ts';

/** A closed section with two switches. They hold on this device, until they are switched back. */
export function shopkeeperOf(shop: Shop, id: string): { readonly element: HTMLElement; draw(): void } {
  const view = element<HTMLDetailsElement>(
    html`<details class="keeper"><summary>Shopkeeper’s view</summary><p class="quiet-text">No visitor of a real shop would see this. Try what a shop may say between two packs: the shelves follow at once, on this device.</p><p class="keeper-deeds"><button type="button" class="quiet" data-keeper="sold-out">Sold out</button><button type="button" class="quiet" data-keeper="half-price">Half price</button></p></details>`,
  );
  const button = (deed: string) => view.querySelector<HTMLElement>(`[data-keeper="${deed}"]`)!;

  function draw(): void {
    const soldOut = shop.catalogue.get(id)?.available === false;
    button('sold-out').setAttribute('aria-pressed', String(soldOut));
    button('half-price').setAttribute('aria-pressed', String(shop.reduced.includes(id)));
  }
  view.addEventListener('click', ({ target }) => {
    const deed = (target as Element).closest<HTMLElement>('[data-keeper]');
    if (!deed) return;
    const on = deed.getAttribute('aria-pressed') !== 'true';
    void (deed.dataset.keeper === 'sold-out' ? shop.setSoldOut(id, on) : shop.setReduced(id, on)).then(draw);
  });
  draw();
  return { element: view, draw };
}
