/** What was found. The words come from the field in the header; every letter asks again. */
import type { Filter } from 'recluse';
import { aisles } from '../aisles.ts';
import { announce } from '../announce.ts';
import { departmentsMarkup } from '../departments.ts';
import { element, html } from '../markup.ts';
import type { Page } from '../route.ts';
import type { Shop } from '../shop.ts';
import { productGrid } from './grid.ts';

/** No more products than this are shown at once. */
const most = 120;

export interface SearchPage extends Page {
  /** Shows what is found for other words. */
  ask(words: string): Promise<void>;
}

export async function searchPage(shop: Shop, first: string): Promise<SearchPage> {
  let words = first;
  const grid = productGrid(shop, 'search', 'What was found');
  const page = element(
    html`<div class="search-page"><header class="page-head"><div><h1 tabindex="-1"></h1><p class="quiet-text" id="found"></p></div></header><form class="conditions" aria-label="Only some of it"><label>Price <select name="price"><option value="">any</option><option value="2">under $2</option><option value="5">under $5</option></select></label><label>Aisle <select name="aisle"><option value="">all</option>${aisles.map(({ name }) => html`<option>${name}</option>`)}</select></label></form><div class="nothing" hidden>${departmentsMarkup()}</div></div>`,
  );
  page.append(grid.element);
  const heading = page.querySelector('h1')!;
  const found = page.querySelector('#found')!;
  const nothing = page.querySelector<HTMLElement>('.nothing')!;

  const conditions = page.querySelector<HTMLFormElement>('.conditions')!;

  /** What the two fields above the products ask for, as the recommender's condition. */
  function filter(): Filter {
    const chosen = new FormData(conditions);
    const [price, aisle] = [Number(chosen.get('price')), String(chosen.get('aisle'))];
    return { ...(price > 0 && { price: { lt: price } }), ...(aisle && { category: aisle }) };
  }

  async function refresh(): Promise<void> {
    const asked = words;
    const wanted = filter();
    const list = asked
      ? await shop.keep('search', shop.recluse.searchByTaste(asked, { limit: most, filter: wanted }))
      : undefined;
    if (asked !== words || JSON.stringify(wanted) !== JSON.stringify(filter())) return;
    heading.textContent = asked ? `“${asked}”` : 'What are you looking for?';
    const count = list?.items.length ?? 0;
    found.textContent = !asked
      ? 'Type in the field above, or walk through the aisles.'
      : count === 0
        ? Object.keys(wanted).length > 0
          ? 'Nothing here is called that at this price or in this aisle.'
          : 'Nothing here is called that. The aisles may help.'
        : `${list?.hasMore ? `More than ${most}` : count} ${count === 1 ? 'product' : 'products'}; where words fit alike, your taste decides.`;
    nothing.hidden = count > 0;
    grid.show(list?.items.map(({ id }) => id) ?? [], list?.source ?? 'popular');
    if (asked) announce(`${count} products found for ${asked}`);
  }

  conditions.addEventListener('change', () => void refresh());
  conditions.addEventListener('submit', (event) => event.preventDefault());
  await refresh();
  return {
    get title() {
      return words ? `${words} · Larder` : 'Search · Larder';
    },
    element: page,
    refresh,
    async ask(next) {
      words = next;
      await refresh();
    },
  };
}
