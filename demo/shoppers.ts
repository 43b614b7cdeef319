/** Sample shoppers: households of the public data that training never saw, replayed as if they had shopped here. */
import type { Interaction } from 'recluse';
import { html, type Markup } from './markup.ts';
import { picture } from './picture.ts';

export interface Shopper {
  readonly name: string;
  readonly about: string;
  /** Oldest first or not; times in milliseconds since 1970. */
  readonly interactions: readonly Interaction[];
}

const week = 7 * 24 * 60 * 60 * 1000;

/**
 * The shopper's interactions, all later by the same number of whole weeks, so that weekdays and rhythms stay and
 * the last one lies within the week before `now`.
 */
export function replayed(shopper: Shopper, now: number): Interaction[] {
  const times = shopper.interactions.map(({ time }) => time ?? now);
  const shift = Math.floor((now - Math.max(...times)) / week) * week;
  return shopper.interactions
    .map((interaction, place) => ({ ...interaction, time: times[place]! + shift }))
    .sort((a, b) => a.time - b.time);
}

const pictures: readonly (readonly [RegExp, string])[] = [
  [/cat/i, 'cat-face'],
  [/dog/i, 'dog-face'],
  [/baby|toddler/i, 'baby-bottle'],
  [/coffee/i, 'hot-beverage'],
  [/vegetab|green|salad|fruit/i, 'leafy-green'],
  [/five|family|table|kids/i, 'fork-and-knife-with-plate'],
  [/bak/i, 'bread'],
  [/freez|frozen|microwave/i, 'snowflake'],
  [/meat|grill/i, 'cut-of-meat'],
  [/snack|soda|sweet/i, 'cookie'],
  [/fish/i, 'fish'],
  [/beer|wine/i, 'wine-glass'],
];

const pictureOfShopper = (name: string): string =>
  pictures.find(([pattern]) => pattern.test(name))?.[1] ?? 'shopping-bags';

/** Every picture that a shopper may get; the sprite needs them all. */
export const shopperPictures: readonly string[] = [
  ...pictures.map(([, name]) => name),
  'shopping-bags',
  'seedling',
];

/** The strip of names. `data-shopper` is the shopper's place in the list; the last one is nobody. */
export const shoppersMarkup = (shoppers: readonly Pick<Shopper, 'name' | 'about'>[]): Markup =>
  html`<div class="shoppers" role="group" aria-label="Try the shop as somebody"><span class="shoppers-label">Try it as</span><ul class="strip" role="list">${shoppers.map(
    ({ name, about }, place) =>
      html`<li><button type="button" class="chip" data-act="shopper" data-shopper="${place}" aria-pressed="false" title="${about}">${picture(pictureOfShopper(name))}<span>${name}</span></button></li>`,
  )}<li><button type="button" class="chip" data-act="shopper" data-shopper="nobody" aria-pressed="false">${picture('seedling')}<span>start empty</span></button></li></ul></div>`;
