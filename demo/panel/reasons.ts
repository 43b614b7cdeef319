/** Why this list: the first products of "For you" and the parts that made their scores. */
import { labelOf } from '../label.ts';
import { html, type Markup } from '../markup.ts';
import { partsBar, partsKey, shares } from '../parts.ts';
import { picture } from '../picture.ts';
import { pictureOf } from '../pictures.ts';
import type { Shop } from '../shop.ts';
import { longReason } from '../words.ts';

export function reasons(shop: Shop): Markup {
  const list = shop.lists.get('for-you');
  const items = (list?.items ?? []).filter(({ id, parts }) => parts && shop.catalogue.get(id)).slice(0, 10);
  if (items.length === 0)
    return html`<p class="empty">The list is still the one that everybody sees. Once you have chosen something, this says what each place in your list is made of.</p>`;
  const names = [...new Set(items.flatMap(({ parts }) => shares(parts!).map(({ name }) => name)))];
  return html`<p class="quiet-text">The first of “For you”, and what speaks for each.</p>${partsKey(names)}
<ol class="why-list" role="list">${items.map(({ id, parts, reasons: given }) => {
    const item = shop.catalogue.get(id)!;
    const [first] = given ?? [];
    return html`<li><span class="tiny">${picture(pictureOf(item))}</span><div><span>${labelOf(item).name}</span>${partsBar(parts!)}${first && html`<small>${longReason(first, shop.catalogue, Date.now())}</small>`}</div></li>`;
  })}</ol>`;
}
