/** What one can say about a card: like, not this, nothing of this kind. */
import { float, unfloat } from './floating.ts';
import { labelOf } from './label.ts';
import { element, html } from './markup.ts';
import { notice } from './notice.ts';
import { icon } from './picture.ts';
import type { Place, Shop } from './shop.ts';

/** Opens the menu of a card beside its button. */
export function showMenu(shop: Shop, button: HTMLElement, id: string, place: Place): void {
  const item = shop.catalogue.get(id);
  const category = shop.categoryOf(id);
  if (!item || !category) return;
  const { name } = labelOf(item);
  const content = element(html`<div class="menu">
<button type="button" role="menuitem" data-say="like">${icon('heart')}<span>Like</span></button>
<button type="button" role="menuitem" data-say="dislike">${icon('never')}<span>Not this</span></button>
<button type="button" role="menuitem" data-say="hide-product">${icon('hide')}<span>Never show it</span></button>
<button type="button" role="menuitem" data-say="hide">${icon('hide')}<span>Nothing from ${category}</span></button></div>`);
  content.addEventListener('click', (event) => {
    const said = (event.target as Element).closest<HTMLElement>('[data-say]')?.dataset.say;
    if (!said) return;
    unfloat();
    if (said === 'like') void like(shop, id, place);
    if (said === 'dislike') void dislike(shop, id, place);
    if (said === 'hide' || said === 'hide-product') {
      if (shop.paused) return notice('Learning is paused: nothing was noted.');
      if (said === 'hide') {
        void shop.hide(category);
        notice(`Nothing from ${category} any more.`, () => void shop.show(category));
      } else {
        void shop.hideProduct(id);
        notice(`You will not see ${name} again.`, () => void shop.showProduct(id));
      }
    }
  });
  float(button, content, { role: 'menu', label: `More about ${name}` });
}

/** Says that the visitor likes it. */
export const like = (shop: Shop, id: string, place?: Place): Promise<void> => say(shop, 'like', id, place);

/** Says that the visitor does not want it. */
export const dislike = (shop: Shop, id: string, place?: Place): Promise<void> =>
  say(shop, 'dislike', id, place);

async function say(shop: Shop, type: 'like' | 'dislike', id: string, place?: Place): Promise<void> {
  const name = labelOf(shop.catalogue.get(id)!).name;
  if (shop.paused) return notice('Learning is paused: nothing was noted.');
  const interaction = `${type}-${id}-${Date.now()}`;
  await shop.learn({ type, item: id, id: interaction, ...shop.origin(place) });
  notice(
    type === 'like' ? `Noted: you like ${name}.` : `Noted: less of ${name}.`,
    () => void shop.recluse.forget({ interaction }),
  );
}
