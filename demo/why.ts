/** The reasons of one card. */
import type { RankedItem } from 'recluse';
import { float } from './floating.ts';
import { plainName } from './label.ts';
import { element, html } from './markup.ts';
import { partsBar, partsKey, shares } from './parts.ts';
import type { Shop } from './shop.ts';
import { longReason } from './words.ts';

const general: Readonly<Record<string, string>> = {
  popular: 'Many people have bought it lately. This says nothing about you.',
  'for-you': 'Most people like it. The shop does not know you yet.',
  together: 'People who bought the product above bought this, too.',
  similar: 'It is much like the product above.',
  rising: 'It is bought more often lately than it was. This says nothing about you.',
  'with-basket': 'People who bought what is in your basket bought this, too.',
  because: 'People who bought the one bought the other, too.',
};

/** Opens the reasons beside the button that asked for them. */
export async function showReasons(
  shop: Shop,
  button: HTMLElement,
  id: string,
  placement: string,
): Promise<void> {
  const item = shop.catalogue.get(id);
  if (!item) return;
  const ranked = await explained(shop, id, placement);
  const reasons = (ranked?.reasons ?? [])
    .slice(0, 4)
    .map((reason) => longReason(reason, shop.catalogue, Date.now()));
  const sentences =
    reasons.length > 0 ? reasons : [general[placement] ?? 'It belongs here, and much like it is bought.'];
  const parts = ranked?.parts && shares(ranked.parts).length > 0 ? ranked.parts : undefined;
  const source = shop.lists.get(placement)?.source;
  const content =
    element(html`<div class="reasons"><h3 tabindex="-1">Why ${plainName(item)}?</h3><ul>${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>
${parts && html`${partsBar(parts)}${partsKey(shares(parts).map(({ name }) => name))}`}
<p class="quiet-text">${source === 'model' ? 'Ranked by the full model on this device.' : source === 'linear' ? 'Ranked by the light model on this device.' : 'From the list that is the same for everybody.'}</p></div>`);
  float(button, content, { role: 'dialog', label: `Why ${item.title}` });
  document.querySelector<HTMLElement>('#floating h3')?.focus();
}

/** Long lists are ranked without reasons; whoever asks for one product's gets them then. */
async function explained(shop: Shop, id: string, placement: string): Promise<RankedItem | undefined> {
  const ranked = shop.ranked(id, placement);
  const general =
    shop.lists.get(placement)?.source === 'popular' ||
    ['together', 'similar', 'because', 'with-basket'].includes(placement);
  if (!ranked || ranked.reasons || general) return ranked;
  const alone = await shop.recluse.rerank([id], { explain: true });
  return alone.items[0];
}
