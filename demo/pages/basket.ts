/** The basket and the thank-you. Nothing is paid: this is a demonstration. */
import type { RankedItem, RankedList } from 'recluse';
import { aisleOf } from '../aisles.ts';
import { atMost } from '../at-most.ts';
import { type Card, plainCard } from '../card.ts';
import { labelOf } from '../label.ts';
import { element, html, type Markup } from '../markup.ts';
import { money } from '../money.ts';
import { notice } from '../notice.ts';
import { icon, picture } from '../picture.ts';
import { pictureOf } from '../pictures.ts';
import type { Page } from '../route.ts';
import type { Shelf } from '../shelf.ts';
import { fillShelves } from '../shelves.ts';
import type { Shop } from '../shop.ts';
import { rhythm } from '../words.ts';

function lineMarkup(shop: Shop, id: string, count: number): Markup {
  const item = shop.catalogue.get(id);
  if (!item) return html``;
  const { name, size, apart } = labelOf(item);
  return html`<li class="line" data-recluse-item="${id}" data-aisle="${aisleOf(item.categories)}">
<a class="line-link" href="/product/${encodeURIComponent(id)}"><span class="line-picture">${picture(pictureOf(item))}</span><span class="line-name">${name}<small>${[size, apart].filter(Boolean).join(', ')}</small></span></a>
<span class="stepper"><button type="button" class="round" data-act="take" aria-label="One ${name} fewer">${icon('minus')}</button><b aria-label="${count} pieces">${count}</b><button type="button" class="round" data-act="add" aria-label="One ${name} more">${icon('plus')}</button></span>
<span class="line-price">${item.price === undefined ? '' : money(item.price * count)}</span></li>`;
}

/** Cards with the rhythm of what is bought again. */
const cardsOf = (shop: Shop, items: readonly RankedItem[]): Card[] =>
  items.flatMap(({ id, due }) => {
    const item = shop.catalogue.get(id);
    return item ? [{ ...plainCard(item), note: due ? rhythm(due) : '' }] : [];
  });

export async function basketPage(shop: Shop): Promise<Page> {
  const page = element(
    html`<div class="basket-page"><header class="page-head"><div><h1 tabindex="-1">Basket</h1></div></header><div class="basket-body"></div><div class="shelves"></div></div>`,
  );
  const head = page.querySelector<HTMLElement>('.page-head')!;
  const body = page.querySelector('.basket-body')!;
  const root = page.querySelector<HTMLElement>('.shelves')!;
  let thanked = false;

  function draw(): void {
    const { lines } = shop.basket;
    if (lines.length === 0) {
      if (!thanked)
        body.innerHTML =
          html`<div class="calm">${picture('shopping-bags')}<p>Nothing in it yet.</p><p><a class="primary" href="/">To the shelves</a></p></div>`.text;
      return;
    }
    thanked = false;
    head.hidden = false;
    const active = document.activeElement;
    const focused = body.contains(active) && active?.getAttribute('data-act');
    const line = focused && active?.closest<HTMLElement>('.line')?.dataset.recluseItem;
    const price = lines.reduce((sum, { id, count }) => sum + (shop.catalogue.get(id)?.price ?? 0) * count, 0);
    body.innerHTML =
      html`<ul class="lines" role="list">${lines.map(({ id, count }) => lineMarkup(shop, id, count))}</ul>
<div class="total"><p><span>${shop.basket.size} ${shop.basket.size === 1 ? 'piece' : 'pieces'}</span> <b>${money(price)}</b></p><button type="button" class="primary" id="check-out">Check out</button><p class="quiet-text">A demonstration: nothing is paid or sent. The purchase is remembered on this device, and nowhere else.</p></div>`.text;
    if (!focused) return;
    const again = [...body.querySelectorAll<HTMLElement>('.line')].find(
      (node) => node.dataset.recluseItem === line,
    );
    (
      again?.querySelector<HTMLElement>(`[data-act="${focused}"]`) ??
      body.querySelector<HTMLElement>('#check-out')
    )?.focus();
  }

  async function refresh(): Promise<void> {
    draw();
    const ids = shop.basket.lines.map(({ id }) => id);
    const forgotten = await shop.keep(
      'forgotten',
      shop.recluse.buyAgain({ placement: 'forgotten', explain: true, limit: 6, exclude: shop.unwanted }),
    );
    const usual = forgotten.items.map(({ id }) => id);
    const company =
      ids.length > 0
        ? await shop
            .keep(
              'with-basket',
              shop.recluse.boughtTogether(ids, { limit: 12, exclude: [...shop.unwanted, ...usual] }),
            )
            .catch(() => undefined)
        : undefined;
    const shelves: (Omit<Shelf, 'cards' | 'source'> & { list: RankedList | undefined })[] = [
      {
        placement: 'forgotten',
        title: 'Forgotten anything?',
        about: 'what you usually take along',
        list: forgotten,
      },
      {
        placement: 'with-basket',
        title: 'Goes with your basket',
        about: 'often bought together with all of it',
        list: company,
      },
    ];
    fillShelves(
      root,
      shelves.map(({ list, ...shelf }) => ({
        ...shelf,
        source: list?.source ?? 'linear',
        cards: thanked ? [] : cardsOf(shop, list?.items ?? []),
      })),
    );
  }

  body.addEventListener('click', async (event) => {
    if (!(event.target as Element).closest('#check-out')) return;
    thanked = true;
    const { pieces, price, undo } = await shop.checkOut();
    body.innerHTML =
      html`<div class="calm thanks">${picture('shopping-bags')}<h1 tabindex="-1">Thank you.</h1><p>${pieces} ${pieces === 1 ? 'piece' : 'pieces'}, ${money(price)}. ${shop.paused ? 'Learning is paused, so nothing was noted.' : 'The shop has learned from it. Nobody else has.'}</p><p><a class="primary" href="/">See what has changed</a></p></div>`.text;
    head.hidden = true;
    root.replaceChildren();
    body.querySelector<HTMLElement>('h1')?.focus();
    notice(
      `Ordered: ${pieces} ${pieces === 1 ? 'piece' : 'pieces'}.`,
      () => {
        thanked = false;
        void undo();
      },
      'Undo this order',
    );
  });

  await atMost(200, refresh());
  return { title: 'Basket · Larder', element: page, refresh };
}
