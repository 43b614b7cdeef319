/** One product: what it is, what goes with it, and what the visitor thinks of it. */
import type { RankedList } from 'recluse';
import { aisleNamed, aisleOf } from '../aisles.ts';
import { atMost } from '../at-most.ts';
import { type Card, plainCard } from '../card.ts';
import { labelOf, slug } from '../label.ts';
import { element, html, type Markup } from '../markup.ts';
import { money } from '../money.ts';
import { glide } from '../motion.ts';
import { type Opinion, opinionOf } from '../opinion.ts';
import { icon, picture } from '../picture.ts';
import { pictureOf } from '../pictures.ts';
import type { Page } from '../route.ts';
import type { Shelf } from '../shelf.ts';
import { fillShelves } from '../shelves.ts';
import type { Shop } from '../shop.ts';
import { shopkeeperOf } from '../shopkeeper.ts';
import { ago } from '../words.ts';

const day = 24 * 60 * 60 * 1000;

function starsMarkup(stars: number, name: string): Markup {
  const values = [1, 2, 3, 4, 5];
  return html`<fieldset class="stars"><legend>How was it?</legend><div class="stars-row">${values.map(
    (value) =>
      html`<label${value <= stars && html` class="lit"`}><input type="radio" name="stars" value="${value}"${value === stars && html` checked`}><span class="unseen">${value} of 5 for ${name}</span>${icon('star')}</label>`,
  )}</div></fieldset>`;
}

export async function productPage(shop: Shop, id: string): Promise<Page> {
  const item = shop.catalogue.get(id);
  if (!item) throw new Error('unknown product');
  const { name, size, apart } = labelOf(item);
  const aisle = aisleNamed(aisleOf(item.categories))!;
  const crumbs = [aisle.name, ...item.categories.slice(1)].filter(
    (crumb, place, all) => all.indexOf(crumb) === place && crumb !== name,
  );

  const page = element(html`<article class="product" data-aisle="${aisle.id}">
<nav class="crumbs" aria-label="Where this is"><ol role="list"><li><a href="/">Larder</a></li>${crumbs.map((crumb) => html`<li><a href="/category/${slug(crumb)}">${crumb}</a></li>`)}</ol></nav>
<div class="product-top" data-recluse-item="${id}">
<div class="product-picture">${picture(pictureOf(item))}</div>
<div class="product-words">
<h1 tabindex="-1">${name}</h1>
<p class="product-facts"><b class="price"></b> <span>${size}</span>${apart && html` <span>${apart}</span>`}</p>
<p class="product-history"></p>
<div class="product-deeds"></div>
<div class="product-stars"></div>
</div></div>
<div class="shelves"></div>
</article>`);
  const deeds = page.querySelector('.product-deeds')!;
  const stars = page.querySelector('.product-stars')!;
  const past = page.querySelector('.product-history')!;
  const root = page.querySelector<HTMLElement>('.shelves')!;

  const price = page.querySelector('.price')!;
  const keeper = shopkeeperOf(shop, id);
  page.querySelector('.product-words')!.append(keeper.element);
  let starsShown = -1;

  function drawOpinion({ liked, disliked, stars: given, bought }: Opinion): void {
    const count = shop.basket.countOf(id);
    price.textContent = item!.price === undefined ? '' : money(item!.price);
    const soldOut = item!.available === false;
    const focused = page.contains(document.activeElement)
      ? document.activeElement?.getAttribute('data-act')
      : null;
    deeds.innerHTML =
      html`<button type="button" class="primary" data-act="add"${soldOut && html` disabled`}>${icon(count > 0 ? 'check' : soldOut ? 'close' : 'plus')}<span>${count > 0 ? `${count} in the basket` : soldOut ? 'Sold out' : 'Add to the basket'}</span></button>
<button type="button" class="quiet" data-act="like" data-said="${liked?.id ?? ''}" aria-pressed="${liked ? 'true' : 'false'}">${icon('heart')}<span>Like</span></button>
<button type="button" class="quiet" data-act="dislike" data-said="${disliked?.id ?? ''}" aria-pressed="${disliked ? 'true' : 'false'}">${icon('never')}<span>Not this</span></button>`.text;
    if (focused) deeds.querySelector<HTMLElement>(`[data-act="${focused}"]`)?.focus();
    if (given !== starsShown && !stars.contains(document.activeElement)) {
      stars.innerHTML = starsMarkup(given, name).text;
      starsShown = given;
    }
    const [last] = bought;
    past.textContent = last
      ? `You have bought it ${bought.length === 1 ? 'once' : `${bought.length} times`}, the last time ${ago((Date.now() - last.time) / day)}.`
      : '';
  }

  async function refresh(): Promise<void> {
    const [history, similar, together] = await Promise.all([
      shop.recluse.history({ limit: 2000 }),
      listOf(shop, 'similar', () =>
        shop.recluse.similar(id, {
          by: 'taste',
          limit: 24,
          exclude: shop.unwanted,
          filter: { category: aisle.name },
        }),
      ),
      listOf(shop, 'together', () => shop.recluse.boughtTogether(id, { limit: 12, exclude: shop.unwanted })),
    ]);
    drawOpinion(opinionOf(id, history));
    const shown = new Set([id]);
    const cards = (list: RankedList | undefined): Card[] =>
      (list?.items ?? [])
        .filter((ranked) => shop.catalogue.get(ranked.id) && !shown.has(ranked.id))
        .slice(0, 12)
        .map((ranked) => {
          shown.add(ranked.id);
          return { ...plainCard(shop.catalogue.get(ranked.id)!), count: shop.basket.countOf(ranked.id) };
        });
    const shelves: Shelf[] = [
      {
        placement: 'together',
        title: 'Goes with it',
        about: 'often bought together',
        source: together?.source ?? 'linear',
        cards: cards(together),
      },
      {
        placement: 'similar',
        title: 'Much like it',
        about: '',
        source: similar?.source ?? 'linear',
        cards: cards(similar),
      },
    ];
    if (root.childElementCount === 0) fillShelves(root, shelves);
    else glide(root, () => fillShelves(root, shelves));
  }

  stars.addEventListener('change', (event) => {
    const value = Number((event.target as HTMLInputElement).value);
    for (const label of stars.querySelectorAll('label'))
      label.classList.toggle('lit', Number(label.querySelector('input')!.value) <= value);
    void shop.learn({ type: 'rating', item: id, value });
  });

  drawOpinion(opinionOf(id, []));
  await atMost(200, refresh());
  void shop.learn({ type: 'view', item: id });
  return { title: `${name} · Larder`, element: page, refresh };
}

/** A list that may be missing: a pack without item rows knows no taste. */
async function listOf(
  shop: Shop,
  placement: string,
  asked: () => Promise<RankedList>,
): Promise<RankedList | undefined> {
  return shop.keep(placement, asked()).catch(() => undefined);
}
