/** The SDK's own panel, in the shop's words, with the shop's pictures. */
import { english, type RecluseInspector } from 'recluse/inspector';
import { element as made } from '../markup.ts';
import { picture } from '../picture.ts';
import { pictureOf } from '../pictures.ts';
import type { Shop } from '../shop.ts';
import { deed } from '../words.ts';

const plural = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`;
const tiers: Readonly<Record<string, string>> = {
  popular: 'what everybody likes',
  linear: 'the light model',
  model: 'the full model',
};

/** @param sections of the SDK's panel, between spaces */
export function inspectorOf(shop: Shop, sections: string): RecluseInspector {
  const inspector = document.createElement('recluse-inspector');
  inspector.setAttribute('sections', sections);
  inspector.words = {
    ...english,
    nothing:
      'Nothing yet. Look around, put something into the basket, or try the shop as one of the sample shoppers.',
    deed,
    rated: (stars) => `rated ${stars} of 5`,
    seen: (count) => `Seen on the shelves: ${plural(count, 'product')}`,
    metrics: 'What the shelves lead to',
    measured: {
      nothing: 'Nothing was seen or opened yet.',
      placements: 'What each shelf leads to',
      columns: ['shelf', 'seen', 'opened', 'basket', 'bought', 'opened of seen', 'bought of opened'],
      seenByDay: 'Products seen, by day',
      clicksByPosition: 'Opened, by place on the shelf',
      coverage: 'Products shown',
      latency: (source) => `From ${tiers[source] ?? source}`,
    },
  };
  inspector.picture = (id) => {
    const product = shop.catalogue.get(id);
    return made(picture(product ? pictureOf(product) : 'package'));
  };
  inspector.recommender = shop.recluse;
  return inspector;
}
