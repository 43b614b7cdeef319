/** A row of cards under a heading. Shared by the build and the browser, as cards are. */
import { type Card, cardMarkup } from './card.ts';
import { html, type Markup } from './markup.ts';
import { icon } from './picture.ts';

/** What one shelf shows. */
export interface Shelf {
  readonly placement: string;
  readonly title: string;
  /** A quiet half-sentence beside the title. */
  readonly about: string;
  /** The tier that ranked it: popular, linear or model. */
  readonly source: string;
  readonly cards: readonly Card[];
  /** Where the title leads, if anywhere. */
  readonly more?: string;
  /** Whether the shelf goes on behind its last card. */
  readonly goesOn?: boolean;
}

/** The last place of a shelf that goes on. No `.card`: it shows no product. */
export const goOnMarkup = (title: string): Markup =>
  html`<li class="go-on"><button type="button" data-act="go-on" aria-label="More of ${title}">${icon('right')}<span>more</span></button></li>`;

/** The heading's inside, which changes more often than the shelf. */
export const shelfHeading = ({ title, about, more }: Pick<Shelf, 'title' | 'about' | 'more'>): Markup =>
  html`${more ? html`<a href="${more}">${title}</a>` : title}${about && html` <small>${about}</small>`}`;

export function shelfMarkup(shelf: Shelf): Markup {
  const id = `shelf-${shelf.placement}`;
  return html`<section class="shelf" data-placement="${shelf.placement}" data-recluse-placement="${shelf.placement}" data-source="${shelf.source}" aria-labelledby="${id}">
<div class="shelf-head"><h2 id="${id}">${shelfHeading(shelf)}</h2>
<div class="shelf-arrows" aria-hidden="true"><button type="button" class="round" tabindex="-1" data-act="back">${icon('left')}</button><button type="button" class="round" tabindex="-1" data-act="on">${icon('right')}</button></div></div>
<ul class="row" role="list">${shelf.cards.map(cardMarkup)}${shelf.goesOn && goOnMarkup(shelf.title)}</ul>
</section>`;
}
