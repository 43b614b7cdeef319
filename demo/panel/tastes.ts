/** What the device makes of it: tastes by category, to be corrected by hand. */
import type { StoredInteraction } from 'recluse';
import { html, type Markup } from '../markup.ts';
import { picture } from '../picture.ts';
import { pictureOf } from '../pictures.ts';
import type { Shop } from '../shop.ts';

const day = 24 * 60 * 60 * 1000;
/** Days after which a deed counts half. */
const halfLife = 45;
const weights: Readonly<Record<string, number>> = {
  purchase: 1,
  cart: 0.6,
  like: 1,
  rating: 0.5,
  view: 0.15,
  dislike: -1,
};

/** A category's share of all that the visitor's history speaks for; shares add up to 1. */
export interface Taste {
  readonly category: string;
  readonly share: number;
}

/** Tastes by category, strongest first, recent deeds counting more. */
export function tastes(
  history: readonly StoredInteraction[],
  categoryOf: (item: string) => string | undefined,
  now: number,
): Taste[] {
  const sum = new Map<string, number>();
  for (const { item, type, time } of history) {
    const category = categoryOf(item);
    const weight = (weights[type] ?? 0) * 0.5 ** (Math.max(0, now - time) / day / halfLife);
    if (category) sum.set(category, (sum.get(category) ?? 0) + weight);
  }
  const positive = [...sum].filter(([, weight]) => weight > 0).sort(([, a], [, b]) => b - a);
  const total = positive.reduce((all, [, weight]) => all + weight, 0);
  return positive.map(([category, weight]) => ({ category, share: weight / total }));
}

export async function thoughts(shop: Shop): Promise<Markup> {
  const history = await shop.recluse.history({ limit: 2000 });
  const all = tastes(history, (id) => shop.categoryOf(id), Date.now()).filter(
    ({ category }) => !shop.hidden.includes(category),
  );
  const most = all[0]?.share ?? 1;
  const emblem = (category: string) =>
    picture(pictureOf(shop.catalogue.inCategory(category)[0] ?? { title: category, categories: [] }));
  const hidden =
    shop.hidden.length > 0 &&
    html`<h3>Left out on your wish</h3><ul class="hidden-list" role="list">${shop.hidden.map((category) => html`<li><span>${category}</span><button type="button" class="quiet small" data-show="${category}">Show again</button></li>`)}</ul>`;
  if (all.length === 0) return html`<p class="empty">No opinion yet.</p>${hidden}`;
  return html`<p class="quiet-text">What your history speaks for, lately more than long ago. If it got you wrong, say so.</p>
<ul class="tastes" role="list">${all
    .slice(0, 14)
    .map(
      ({ category, share }) =>
        html`<li><span class="tiny">${emblem(category)}</span><div class="taste-words"><span>${category}</span><small>${Math.round(share * 100)} %</small><svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="bar-back" width="100" height="6"></rect><rect class="bar-front" width="${((share / most) * 100).toFixed(1)}" height="6"></rect></svg></div><button type="button" class="quiet small" data-hide="${category}">Leave out<span class="unseen"> ${category}</span></button></li>`,
    )}</ul>${hidden}`;
}
