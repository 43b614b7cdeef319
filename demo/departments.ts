/** The strip of aisles. In the page from the build on. */
import { aisles } from './aisles.ts';
import { slug } from './label.ts';
import { html, type Markup } from './markup.ts';
import { picture } from './picture.ts';

export const departmentsMarkup = (): Markup =>
  html`<nav class="departments" aria-label="Aisles"><ul class="strip" role="list">${aisles.map(
    (aisle) =>
      html`<li><a href="/category/${slug(aisle.name)}" data-aisle="${aisle.id}"><span class="disc">${picture(aisle.picture)}</span><span>${aisle.name}</span></a></li>`,
  )}</ul></nav>`;
