/** Why this list: its mix, the parts that made the scores, what the past did to them, and what the list would be without some of it. */
import type { Influence, Move, RankedItem, RankedList, Reason } from 'recluse';
import { announce } from '../announce.ts';
import { labelOf, plainName } from '../label.ts';
import { html, type Markup } from '../markup.ts';
import { partsBar, partsKey, shares } from '../parts.ts';
import { picture } from '../picture.ts';
import { pictureOf } from '../pictures.ts';
import type { Shop } from '../shop.ts';
import { longReason } from '../words.ts';
import type { Tab } from './tab.ts';

/** Places of the list that are explained. */
const shown = 10;
/** Things of the past that are named for a product. */
const namedInfluences = 3;

const varietyWords = [
  'your favourites, alike or not',
  'a little variety',
  'a good mix',
  'much variety',
  'as varied as can be',
];
const usualWords = [
  'taste alone',
  'a little of my usual mix',
  'half and half',
  'mostly my usual mix',
  'exactly my usual mix',
];
/** What a slider's setting means. */
const inWords = (words: readonly string[], value: number) =>
  words[Math.round(value * (words.length - 1))] ?? '';

/** What moved a product besides its score, as a sentence. */
export function moveInWords({ stage, before, after }: Move): string {
  const cause: Record<string, string> = {
    diversify: 'for variety',
    rotate: 'because you were shown it and passed it by',
    newness: 'because it is new',
  };
  const why = cause[stage] ?? (['boost', 'bury', 'arrange'].includes(stage) ? 'by a rule of the shop' : '');
  if (!why || after === null) return '';
  if (before === null) return `Put at place ${after + 1} ${why}.`;
  return `Moved ${after < before ? 'up' : 'down'} from place ${before + 1} to ${after + 1} ${why}.`;
}

/** The list as it is, told apart from another one by what it shows and what it knows. */
const markOf = ({ items, interactions }: RankedList) => `${interactions}:${items.map(({ id }) => id).join()}`;

/** How a place differs from the one in another list. */
export function differenceTo(before: readonly string[], id: string, place: number): string {
  const was = before.indexOf(id);
  if (was === -1) return 'new here';
  if (was === place) return '';
  return place < was ? `up ${was - place}` : `down ${place - was}`;
}

export function reasonsTab(shop: Shop, redraw: () => void): Tab {
  /** The newest list as it is. */
  let list: RankedList | undefined;
  let influences: { mark: string; of: ReadonlyMap<string, readonly Influence[]> } | undefined;
  let whatIf: { item: string; of: string; list: RankedList } | undefined;

  const nameOf = (id: string) => {
    const item = shop.catalogue.get(id);
    return item ? plainName(item) : 'something that is no longer sold';
  };

  /** "For you" as its shelf asks for it, here and now. */
  const ask = (more: { without?: { item: string } } = {}) =>
    shop.recluse.recommend({
      placement: 'for-you',
      exclude: shop.unwanted,
      ...shop.requests.get('for-you'),
      ...shop.mix,
      limit: shown,
      distinct: false,
      freshness: 'live',
      explain: true,
      ...more,
    });

  const sliders = (): Markup => html`<div class="form sliders">
<label for="variety">Variety <output id="variety-words">${inWords(varietyWords, shop.mix.diversity)}</output></label><input type="range" id="variety" name="diversity" min="0" max="1" step="0.05" aria-describedby="variety-words">
<label for="usual">My usual mix <output id="usual-words">${inWords(usualWords, shop.mix.calibration)}</output></label><input type="range" id="usual" name="calibration" min="0" max="1" step="0.05" aria-describedby="usual-words">
</div>`;

  const ifNot = (item: string): Markup =>
    html`<button type="button" class="quiet small" data-do="if-not" data-item="${item}">What if not?<span class="unseen"> The list without ${nameOf(item)}</span></button>`;

  function influencesMarkup(id: string): Markup | false {
    // What the product's own past does is said by the habit above.
    const strongest = (influences?.of.get(id) ?? [])
      .filter(({ item }) => item !== id)
      .toSorted((a, b) => Math.abs(b.change) - Math.abs(a.change))
      .slice(0, namedInfluences);
    const most = Math.max(...strongest.map(({ change }) => Math.abs(change)));
    return (
      strongest.length > 0 &&
      html`<ul class="influences" role="list">${strongest.map(
        ({ item, change }) =>
          html`<li><span>${nameOf(item)}</span><svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="bar-back" width="100" height="6"></rect><rect class="${change > 0 ? 'bar-front' : 'bar-against'}" width="${((Math.abs(change) / most) * 100).toFixed(1)}" height="6"></rect></svg><small>${change > 0 ? 'for it' : 'against it'}</small></li>`,
      )}</ul>`
    );
  }

  function reasonMarkup(reason: Reason, id: string): Markup {
    const past = reason.kind === 'because' ? reason.item : reason.kind === 'habit' ? id : undefined;
    return html`<div class="why-line"><small>${longReason(reason, shop.catalogue, Date.now())}</small>${past !== undefined && ifNot(past)}</div>`;
  }

  function reasonsMarkup({ id, reasons = [], moves = [] }: RankedItem): Markup {
    const moved = moves.map(moveInWords).filter(Boolean);
    return html`${reasons.slice(0, 2).map((reason) => reasonMarkup(reason, id))}${moved.map((sentence) => html`<small>${sentence}</small>`)}${influencesMarkup(id)}`;
  }

  function productMarkup(ranked: RankedItem, place: number, before?: readonly string[]): Markup {
    const item = shop.catalogue.get(ranked.id)!;
    const difference = before && differenceTo(before, ranked.id, place);
    return html`<li><span class="tiny">${picture(pictureOf(item))}</span><div><span>${labelOf(item).name}${difference && html` <b class="said">${difference}</b>`}</span>${ranked.parts && partsBar(ranked.parts)}${!before && reasonsMarkup(ranked)}</div></li>`;
  }

  return {
    async draw() {
      list = await ask();
      const mark = markOf(list);
      if (influences?.mark !== mark) influences = undefined;
      if (whatIf?.of !== mark) whatIf = undefined;
      const now = whatIf?.list ?? list;
      const items = now.items.filter(({ id, parts }) => parts && shop.catalogue.get(id));
      if (list.source === 'popular' || items.length === 0)
        return html`${sliders()}<p class="empty">The list is still the one that everybody sees. Once you have chosen something, this says what each place in your list is made of.</p>`;
      const names = [...new Set(items.flatMap(({ parts }) => shares(parts!).map(({ name }) => name)))];
      const before = whatIf && list.items.map(({ id }) => id);
      const fresh = before && items.filter(({ id }) => !before.includes(id)).length;
      return html`${sliders()}${
        whatIf
          ? html`<div class="what-if"><p><b>As if you had never touched ${nameOf(whatIf.item)}.</b> ${fresh === 0 ? 'The same products, in this order' : fresh === 1 ? 'One product would be another' : `${fresh} of ${items.length} products would be others`}. Nothing is forgotten: this is only a look.</p><button type="button" class="quiet" data-do="put-back">Put it back</button></div>`
          : html`<p class="quiet-text">The first of “For you”, and what speaks for each.</p>`
      }${partsKey(names)}
<ol class="why-list" role="list">${items.map((ranked, place) => productMarkup(ranked, place, before))}</ol>${
        !whatIf &&
        !influences &&
        html`<p><button type="button" class="quiet" data-do="weigh">Weigh what I did before</button></p><p class="quiet-text">Leaves out the strongest things of your past one by one, and sees what each does to the list.</p>`
      }`;
    },
    values: () => ({ diversity: String(shop.mix.diversity), calibration: String(shop.mix.calibration) }),
    input({ name, value }) {
      const words = name === 'diversity' ? varietyWords : usualWords;
      const output = document.querySelector(`#${name === 'diversity' ? 'variety' : 'usual'}-words`);
      if (output) output.textContent = inWords(words, Number(value));
    },
    change({ name, value }) {
      shop.mix = { ...shop.mix, [name]: Number(value) };
    },
    async press(deed, { dataset }) {
      if (!list) return;
      const mark = markOf(list);
      if (deed === 'weigh') {
        const ids = list.items.map(({ id }) => id);
        const full = await shop.recluse.rerank(ids, { explain: 'full' });
        influences = {
          mark,
          of: new Map(full.items.flatMap(({ id, influences: own }) => (own?.length ? [[id, own]] : []))),
        };
      }
      if (deed === 'if-not') {
        const item = dataset.item!;
        whatIf = { item, of: mark, list: await ask({ without: { item } }) };
        announce(`This is your list without ${nameOf(item)}.`);
      }
      if (deed === 'put-back') {
        whatIf = undefined;
        announce('This is your list as it is.');
      }
      redraw();
    },
  };
}
