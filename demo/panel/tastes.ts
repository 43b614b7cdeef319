/** What the device makes of it: tastes by category, to be corrected by hand. */
import type { Profile, StoredInteraction } from 'recluse';
import { shelfCategory } from '../catalogue.ts';
import { labelOf } from '../label.ts';
import { html, type Markup } from '../markup.ts';
import { notice } from '../notice.ts';
import { icon, picture } from '../picture.ts';
import { pictureOf } from '../pictures.ts';
import type { Shop } from '../shop.ts';
import { facts } from './facts.ts';
import type { Tab } from './tab.ts';

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

/** Categories that somebody of whom nothing is known is asked about: those with most products. */
const firstAsked = 12;
/** Tastes that are drawn. */
const tastesShown = 14;

const listed = (profile: Profile, name: 'likes' | 'dislikes'): readonly string[] => {
  const list = profile[name];
  return Array.isArray(list) ? list : [];
};

/** What the profile becomes when somebody says it of a category, or takes it back by saying it again. */
export function saying(
  profile: Profile,
  name: 'likes' | 'dislikes',
  category: string,
): Record<string, readonly string[] | null> {
  const other = name === 'likes' ? 'dislikes' : 'likes';
  const said = listed(profile, name);
  const next = said.includes(category) ? said.filter((one) => one !== category) : [...said, category];
  const rest = listed(profile, other).filter((one) => one !== category);
  return { [name]: next.length > 0 ? next : null, [other]: rest.length > 0 ? rest : null };
}

export function tastesTab(shop: Shop): Tab {
  let profile: Profile = {};

  const all = new Map<string, string>();
  const size = new Map<string, number>();
  for (const item of shop.catalogue.items) {
    const category = shelfCategory(item);
    all.set(category, item.categories[0] ?? category);
    size.set(category, (size.get(category) ?? 0) + 1);
  }
  const largest = [...size].sort(([, a], [, b]) => b - a).map(([category]) => category);
  const aisles = [...new Set(all.values())].sort();
  const emblem = (category: string) =>
    picture(pictureOf(shop.catalogue.inCategory(category)[0] ?? { title: category, categories: [] }));

  function tasteMarkup(category: string, share: number, most: number): Markup {
    const liked = listed(profile, 'likes').includes(category);
    const disliked = listed(profile, 'dislikes').includes(category);
    const said = liked ? 'you like it' : disliked ? 'you like it less' : '';
    return html`<li><span class="tiny">${emblem(category)}</span><div class="taste-words"><span>${category}${said && html` <b class="said">${said}</b>`}</span><small>${share > 0 && `${Math.round(share * 100)} %`}</small>${share > 0 && html`<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="bar-back" width="100" height="6"></rect><rect class="bar-front" width="${((share / most) * 100).toFixed(1)}" height="6"></rect></svg>`}</div><span class="taste-says"><button type="button" class="round" data-do="likes" data-category="${category}" aria-pressed="${String(liked)}" aria-label="More ${category}" title="More of it">${icon('plus')}</button><button type="button" class="round" data-do="dislikes" data-category="${category}" aria-pressed="${String(disliked)}" aria-label="Less ${category}" title="Less of it">${icon('minus')}</button><button type="button" class="round" data-do="hide" data-hide="${category}" aria-label="Leave out ${category}" title="Leave it out">${icon('hide')}</button></span></li>`;
  }

  function hiddenMarkup(): Markup | false {
    const { categories, products } = shop.hidden;
    const lines = [
      ...categories.map(({ name }) => ({ name: `Everything from ${name}`, deed: 'show', key: name })),
      ...products.map((id) => {
        const item = shop.catalogue.get(id);
        return { name: item ? labelOf(item).name : `product ${id}`, deed: 'show-product', key: id };
      }),
    ];
    return (
      lines.length > 0 &&
      html`<h3>Left out on your wish</h3><ul class="hidden-list" role="list">${lines.map(({ name, deed, key }) => html`<li><span>${name}</span><button type="button" class="quiet small" data-do="${deed}" data-key="${key}">Show again<span class="unseen">: ${name}</span></button></li>`)}</ul>`
    );
  }

  return {
    async draw() {
      const [history, told] = await Promise.all([
        shop.recluse.history({ limit: 2000 }),
        shop.recluse.profile(),
      ]);
      profile = told;
      const gone = new Set(shop.hidden.categories.map(({ name }) => name));
      const ranked = tastes(history, (id) => shop.categoryOf(id), Date.now()).filter(
        ({ category }) => !gone.has(category),
      );
      const said = [...listed(profile, 'likes'), ...listed(profile, 'dislikes')];
      const shown = [
        ...ranked.slice(0, tastesShown),
        ...[...said, ...(ranked.length > 0 ? [] : largest.slice(0, firstAsked))]
          .filter((category, place, list) => list.indexOf(category) === place && !gone.has(category))
          .filter((category) => !ranked.slice(0, tastesShown).some((taste) => taste.category === category))
          .map((category) => ({ category, share: 0 })),
      ];
      const most = ranked[0]?.share ?? 1;
      return html`${
        shop.paused &&
        html`<p class="troubles">Learning is off, so nothing that you say here counts. “Yours” has the switch.</p>`
      }<p class="quiet-text">${
        ranked.length > 0
          ? 'What your history speaks for, lately more than long ago. If it got you wrong, say so: more of it, less of it, or none at all.'
          : 'No opinion yet. Say what you like, and the shelves follow at once.'
      }</p>
<ul class="tastes" role="list">${shown.map(({ category, share }) => tasteMarkup(category, share, most))}</ul>
<div class="form"><label>Also more of <select name="also"><option value="">choose a department</option>${aisles.map(
        (aisle) =>
          html`<optgroup label="${aisle}">${[...all].filter(([, of]) => of === aisle).map(([category]) => html`<option>${category}</option>`)}</optgroup>`,
      )}</select></label></div>
${hiddenMarkup()}
<h3>About you, if you like</h3><p class="quiet-text">Stays here like all the rest. Nothing is guessed.</p>
<div class="form">${facts.map(({ name, asks, answers }) => html`<label>${asks} <select name="${name}"><option value="">not said</option>${answers.map((answer) => html`<option>${answer}</option>`)}</select></label>`)}</div>`;
    },
    values: () => ({
      also: '',
      ...Object.fromEntries(facts.map(({ name }) => [name, String(profile[name] ?? '')])),
    }),
    async press(deed, { dataset }) {
      if (shop.paused) return notice('Learning is off: nothing was noted.');
      if (deed === 'likes' || deed === 'dislikes')
        await shop.recluse.setProfile(saying(profile, deed, dataset.category!));
      if (deed === 'hide') await shop.hide(dataset.hide!);
      if (deed === 'show') await shop.show(dataset.key!);
      if (deed === 'show-product') await shop.showProduct(dataset.key!);
    },
    async change({ name, value }) {
      if (shop.paused) return notice('Learning is off: nothing was noted.');
      if (name !== 'also') await shop.recluse.setProfile({ [name]: value || null });
      else if (value && !listed(profile, 'likes').includes(value))
        await shop.recluse.setProfile(saying(profile, 'likes', value));
    },
  };
}
