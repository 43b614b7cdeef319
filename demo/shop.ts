/** The shop behind the pages: the recommender, the products, the basket, and what the visitor has settled. */
import type { Consent, Interaction, RankedItem, RankedList, Recommender, RecommendRequest } from 'recluse';
import { Basket } from './basket.ts';
import { type Catalogue, shelfCategory } from './catalogue.ts';
import { type Hidden, hiddenIn, hideCategory, hideProduct } from './hiding.ts';
import type { Measured } from './measured.ts';
import { type Mix, standardMix } from './mix.ts';
import { recall, remember } from './remember.ts';
import { mayBeSuggested } from './suggestible.ts';

/** A name that nothing else has. Not `randomUUID`, which plain http lacks. */
const freshName = (): string =>
  [...crypto.getRandomValues(new Uint32Array(3))].map((part) => part.toString(36)).join('-');

/** What the visitor has agreed to in this shop: at the first visit, to be remembered on this device. */
export const consentKept = (): Consent =>
  // Visitors of old have a pause instead.
  recall<Consent>('consent', recall('paused', false) ? 'denied' : 'granted');

/** Where on the page something was chosen. */
export interface Place {
  readonly placement: string;
  readonly position: number;
}

export class Shop {
  readonly recluse: Recommender;
  readonly catalogue: Catalogue;
  readonly basket: Basket;
  /** The newest list of every placement, for "why" and for saying which list something was chosen from. */
  readonly lists = new Map<string, RankedList>();
  /** Milliseconds of the newest rankings, newest last. */
  readonly timings: number[] = [];
  /** Products put into the basket from the shelves that are in view; they keep their place, so that a second tap finds them. */
  readonly pinned = new Set<string>();
  /** Set when the visitor is another one than before: then every card is new to the shelves. */
  replaced = false;
  /** What the shelves lead to; comes after them. */
  measured: Promise<Measured> | undefined;
  /** What was asked for at every placement last, so that the panel can ask the same with something left out. */
  readonly requests = new Map<string, RecommendRequest & { placement: string }>();
  /** When every list came, on the clock of `performance.now()`. */
  readonly arrivals = new Map<string, number>();
  #hidden: Hidden = { products: [], categories: [] };
  #glances = 0;
  #consent: Consent = consentKept();
  #mix: Mix = recall('mix', standardMix);
  readonly #unadvertised: readonly string[];
  readonly #changed: () => void;

  /** `changed` is called when lists should be asked for again though nothing was learned: basket, mix. */
  constructor(recluse: Recommender, catalogue: Catalogue, changed: () => void) {
    this.recluse = recluse;
    this.catalogue = catalogue;
    this.#unadvertised = catalogue.items.filter((item) => !mayBeSuggested(item)).map(({ id }) => id);
    this.#changed = changed;
    this.basket = new Basket(changed);
  }

  /** What the visitor does not want to see, as of the newest {@link lookAtHidden}. */
  get hidden(): Hidden {
    return this.#hidden;
  }

  /** How many lines of the history only say what was seen, as of the newest {@link lookAtHidden}; nobody wants to count those. */
  get glances(): number {
    return this.#glances;
  }

  /** Reads from the recommender what is hidden. What visitors of old had the shop itself leave out is given to it first. */
  async lookAtHidden(): Promise<void> {
    const ofOld = recall<string[]>('hidden', []);
    if (ofOld.length > 0 && this.#consent === 'granted') {
      await this.recluse.track(ofOld.map(hideCategory));
      remember('hidden', undefined);
    }
    const history = await this.recluse.history({ limit: 5000 });
    this.#hidden = hiddenIn(history);
    this.#glances = history.filter(({ type }) => type === 'impression').length;
  }

  /** The sample shopper whose history this is, if it is one's. */
  get playing(): { readonly name: string; readonly about: string } | undefined {
    return recall('shopper', undefined);
  }

  set playing(shopper: { readonly name: string; readonly about: string } | undefined) {
    remember('shopper', shopper && { name: shopper.name, about: shopper.about });
  }

  /** Whether nothing is learned, and nothing that was learned is used. */
  get paused(): boolean {
    return this.#consent === 'denied';
  }

  get consent(): Consent {
    return this.#consent;
  }

  /** From here on the visitor agrees to this; it holds at the next visit, too. */
  async agree(consent: Consent): Promise<void> {
    await this.recluse.consent(consent);
    this.#consent = consent;
    remember('consent', consent === 'granted' ? undefined : consent);
    remember('paused', undefined);
    this.#changed();
  }

  /** How the visitor wants lists to be mixed. */
  get mix(): Mix {
    return this.#mix;
  }

  set mix(mix: Mix) {
    this.#mix = mix;
    remember('mix', mix);
    this.#changed();
  }

  /** Shows nothing of a category any more. */
  async hide(category: string): Promise<void> {
    await this.recluse.track(hideCategory(category));
  }

  async show(category: string): Promise<void> {
    const known = this.#hidden.categories.find(({ name }) => name === category)?.ids;
    for (const interaction of known ?? [hideCategory(category).id!])
      await this.recluse.retract({ interaction });
  }

  /** Never shows this product again. */
  async hideProduct(id: string): Promise<void> {
    await this.recluse.track(hideProduct(id));
  }

  async showProduct(id: string): Promise<void> {
    await this.recluse.retract({ item: id, type: 'hide' });
  }

  /** Forgets everything that the shop itself keeps about the visitor. The recommender forgets on its own. */
  clear(): void {
    remember('shelves', undefined);
    this.playing = undefined;
    this.pinned.clear();
    this.lists.clear();
    this.replaced = true;
    this.#hidden = { products: [], categories: [] };
    remember('hidden', undefined);
    const now = performance.now();
    this.measured?.then(
      (measured) => measured.clear(now),
      () => {},
    );
    this.basket.clear();
  }

  /** Products that no suggestion may show: what is not advertised, and what is in the basket already. */
  get unwanted(): string[] {
    return [...this.#unadvertised, ...this.basket.lines.map(({ id }) => id)];
  }

  /** Whether a product is hidden, or one of those that are not advertised. */
  isUnwanted(id: string): boolean {
    const item = this.catalogue.get(id);
    return (
      !item ||
      !mayBeSuggested(item) ||
      this.#hidden.products.includes(id) ||
      this.#hidden.categories.some(({ name }) => item.categories.includes(name))
    );
  }

  /** Notes a deed, unless learning is paused. Resolves when it is stored. */
  async learn(...interactions: Interaction[]): Promise<void> {
    if (!this.paused) await this.recluse.track(interactions);
  }

  /** Puts one piece into the basket; the shelves hear of it at once. */
  async add(id: string, place?: Place): Promise<void> {
    const interaction = freshName();
    if (place) this.pinned.add(id);
    this.basket.add(id, interaction);
    await this.learn({ type: 'cart', item: id, id: interaction, ...this.origin(place) });
  }

  /** Takes one piece out again, and takes back what was learned from putting it in. */
  async take(id: string): Promise<void> {
    const interaction = this.basket.take(id);
    if (interaction) await this.recluse.forget({ interaction });
  }

  /** Turns the basket into purchases of one order. Returns pieces, price, and what takes the order back. */
  async checkOut(): Promise<{ pieces: number; price: number; undo(): Promise<void> }> {
    const basket = freshName();
    const lines = this.basket.lines.map(({ id, count, tracked }) => ({
      id,
      count,
      tracked,
      price: (this.catalogue.get(id)?.price ?? 0) * count,
    }));
    const sum = (pick: (line: { count: number; price: number }) => number) =>
      lines.reduce((total, line) => total + pick(line), 0);
    await this.learn(
      ...lines.map(({ id, price, count }) => ({
        type: 'purchase',
        item: id,
        value: Math.round(price * 100) / 100,
        quantity: count,
        basket,
      })),
    );
    this.pinned.clear();
    this.basket.clear();
    return {
      pieces: sum(({ count }) => count),
      price: sum(({ price }) => price),
      undo: async () => {
        await this.recluse.retract({ basket });
        this.basket.putBack(lines.map(({ id, count, tracked }) => ({ id, count, tracked })));
      },
    };
  }

  /** Products that the shopkeeper has made cheaper on this device. */
  get reduced(): readonly string[] {
    return recall<string[]>('reduced', []);
  }

  /** Whether a product is sold out: then it is on no shelf. */
  async setSoldOut(id: string, soldOut: boolean): Promise<void> {
    await this.recluse.update({ [id]: { available: soldOut ? false : null } });
    await this.#renew(id);
  }

  /** Sells a product at half its price, or at its own again. */
  async setReduced(id: string, reduced: boolean): Promise<void> {
    const price = this.catalogue.get(id)?.price ?? 0;
    const others = this.reduced.filter((other) => other !== id);
    await this.recluse.update({ [id]: { price: reduced ? Math.round(price * 50) / 100 : null } });
    remember('reduced', reduced ? [...others, id] : others);
    await this.#renew(id);
  }

  async #renew(id: string): Promise<void> {
    for (const item of await this.recluse.items([id])) this.catalogue.renew(item);
    this.#changed();
  }

  /** The list and position that a place stands for, as the recommender wants them. */
  origin(place: Place | undefined): Pick<Interaction, 'list' | 'position' | 'placement'> {
    const list = place && this.lists.get(place.placement);
    return list ? { list: list.id, position: place.position, placement: place.placement } : {};
  }

  /** Why a product stands where it stands, if its list was explained. */
  ranked(id: string, placement: string): RankedItem | undefined {
    return this.lists.get(placement)?.items.find((item) => item.id === id);
  }

  /** Asks for a list, explained, and keeps it under its placement. */
  recommend(request: RecommendRequest & { placement: string }): Promise<RankedList> {
    const { freshness: _, ...lasting } = request;
    this.requests.set(request.placement, lasting);
    return this.keep(request.placement, this.recluse.recommend({ explain: true, ...request }));
  }

  /** Puts products into the visitor's order, explained, and keeps the list under its placement. */
  rerank(ids: readonly string[], request: RecommendRequest & { placement: string }): Promise<RankedList> {
    return this.keep(request.placement, this.recluse.rerank([...ids], { explain: true, ...request }));
  }

  /** Keeps a list under a placement, and its time. */
  async keep(placement: string, asked: Promise<RankedList>): Promise<RankedList> {
    const list = await asked;
    this.lists.set(placement, list);
    this.arrivals.set(placement, performance.now());
    this.timings.push(list.milliseconds);
    if (this.timings.length > 60) this.timings.shift();
    return list;
  }

  /** The category by which a product is hidden or liked. */
  categoryOf(id: string): string | undefined {
    const item = this.catalogue.get(id);
    return item && shelfCategory(item);
  }
}
