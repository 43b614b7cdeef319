/** Many products at once, in the visitor's order: aisles, categories and what a search found. */
import { type Card, plainCard } from '../card.ts';
import { element, html } from '../markup.ts';
import { fillRow } from '../shelves.ts';
import type { Shop } from '../shop.ts';

/** Cards before "show more". Rows of 2, 3, 4 and 6 come out even. */
const step = 48;

export interface Grid {
  readonly element: HTMLElement;
  /** Shows these products in this order. */
  show(ids: readonly string[], source: string): void;
}

export function productGrid(shop: Shop, placement: string, label: string): Grid {
  let shown = step;
  let all: readonly string[] = [];
  const section =
    element(html`<section class="shelf grid" data-placement="${placement}" data-recluse-placement="${placement}" data-source="linear" aria-label="${label}">
<ul class="row" role="list"></ul><p class="grid-more"><button type="button" class="quiet" hidden>Show more</button></p></section>`);
  const row = section.querySelector('.row')!;
  const more = section.querySelector('button')!;

  function draw(): void {
    const cards = all
      .slice(0, shown)
      .map((id): Card => ({ ...plainCard(shop.catalogue.get(id)!), count: shop.basket.countOf(id) }));
    fillRow(row, cards);
    more.hidden = all.length <= shown;
  }
  more.addEventListener('click', () => {
    const first = shown;
    shown += step;
    draw();
    (row.children[first]?.querySelector('a') as HTMLElement | null)?.focus();
  });

  return {
    element: section,
    show(ids, source) {
      section.dataset.source = source;
      all = ids.filter((id) => shop.catalogue.get(id));
      draw();
    },
  };
}
