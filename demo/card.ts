/** One product on a shelf. The build and the browser use this one definition, so the page never jumps when scripts arrive. */
import type { ItemDisplay } from 'recluse';
import { aisleOf } from './aisles.ts';
import { labelOf } from './label.ts';
import { html, type Markup } from './markup.ts';
import { money } from './money.ts';
import { icon, picture } from './picture.ts';
import { pictureOf } from './pictures.ts';

/** A product with what is to be said about it here. */
export interface Card {
  readonly item: ItemDisplay;
  /** How many are in the basket. */
  readonly count: number;
  /** Why it moved up, in amber: "because of coffee". Empty where it did not. */
  readonly reason: string;
  /** A fact that stays: "about every 9 days, last 11 days ago". */
  readonly note: string;
}

/** A product with nothing to say about it. */
export const plainCard = (item: ItemDisplay): Card => ({ item, count: 0, reason: '', note: '' });

/** The inside of a card's list item. Ids and titles come from outside and are escaped. */
export function cardContent({ item, count, reason, note }: Card): Markup {
  const { name, size } = labelOf(item);
  const address = `/product/${encodeURIComponent(item.id)}`;
  return html`<a class="card-link" href="${address}"><span class="card-picture">${picture(pictureOf(item))}</span><span class="card-title">${name}</span></a>
<p class="card-facts"><b class="price">${item.price === undefined ? '' : money(item.price)}</b> <span class="size">${size}</span></p>
${item.available === false ? html`<span class="sold-out">sold out</span>` : html`<button type="button" class="add${count > 0 && ' in-basket'}" data-act="add" aria-label="Add ${name} to the basket${count > 0 && `, ${count} there`}">${count > 0 ? count : icon('plus')}</button>`}
<button type="button" class="more" data-act="menu" aria-haspopup="menu" aria-label="More about ${name}">${icon('more')}</button>
<button type="button" class="why" data-act="why"><span class="${reason ? 'reason' : 'note'}">${reason || note}</span><span class="why-word">why<span class="unseen"> is ${name} here?</span></span></button>`;
}

/** A card as a whole, for the build and for lists that are made at once. */
export const cardMarkup = (card: Card): Markup =>
  html`<li class="card" data-recluse-item="${card.item.id}" data-aisle="${aisleOf(card.item.categories)}">${cardContent(card)}</li>`;
