/** The shop behind the pages: the recommender, the products, the basket, and what the visitor asked to be left out. */
import type { Interaction, RankedItem, RankedList, Recommender, RecommendRequest } from 'recluse';
import { Basket } from './basket.ts';
import { type Catalogue, shelfCategory } from './catalogue.ts';
import { recall, remember } from './remember.ts';
import { mayBeSuggested } from './suggestible.ts';

/** A name that nothing else has. Not `randomUUID`, which plain http lacks. */
const freshName = (): string =>
  [...crypto.getRandomValues(new Uint32Array(3))].map((part) => part.toString(36)).join('-');

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
  #hidden: string[] = recall('hidden', []);
  #paused: boolean = recall('paused', false);
  readonly #unadvertised: readonly string[];
  readonly #changed: () => void;

  /** `changed` is called when lists should be asked for again though nothing was learned: basket, hidden categories. */
  constructor(recluse: Recommender, catalogue: Catalogue, changed: () => void) {
    this.recluse = recluse;
    this.catalogue = catalogue;
    this.#unadvertised = catalogue.items.filter((item) => !mayBeSuggested(item)).map(({ id }) => id);
    this.#changed = changed;
    this.basket = new Basket(changed);
  }

  /** Categories that the visitor does not want to see. */
  get hidden(): readonly string[] {
    return this.#hidden;
  }

  /** The sample shopper whose history this is, if it is one's. */
  get playing(): { readonly name: string; readonly about: string } | undefined {
    return recall('shopper', undefined);
  }

  set playing(shopper: { readonly name: string; readonly about: string } | undefined) {
    remember('shopper', shopper && { name: shopper.name, about: shopper.about });
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** While paused, nothing is learned. What was learned stays and goes on ranking. */
  set paused(paused: boolean) {
    this.#paused = paused;
    remember('paused', paused || undefined);
    this.#changed();
  }

  hide(category: string): void {
    this.#setHidden([...this.#hidden.filter((other) => other !== category), category]);
  }

  show(category: string): void {
    this.#setHidden(this.#hidden.filter((other) => other !== category));
  }

  /** Forgets everything that the shop itself keeps about the visitor. The recommender forgets on its own. */
  clear(): void {
    remember('shelves', undefined);
    this.playing = undefined;
    this.pinned.clear();
    this.lists.clear();
    this.replaced = true;
    this.#setHidden([]);
    this.basket.clear();
  }

  #setHidden(categories: string[]): void {
    this.#hidden = categories;
    remember('hidden', categories.length > 0 ? categories : undefined);
    this.#changed();
  }

  /** Products that no suggestion may show: hidden categories, what is not advertised, and what is in the basket already. */
  get unwanted(): string[] {
    const hidden = this.#hidden.flatMap((category) =>
      this.catalogue.inCategory(category).map(({ id }) => id),
    );
    return [...hidden, ...this.#unadvertised, ...this.basket.lines.map(({ id }) => id)];
  }

  /** Whether a product is of a hidden category, or of those that are not advertised. */
  isUnwanted(id: string): boolean {
    const item = this.catalogue.get(id);
    return (
      !item || !mayBeSuggested(item) || this.#hidden.some((category) => item.categories.includes(category))
    );
  }

  /** Notes a deed, unless learning is paused. Resolves when it is stored. */
  async learn(...interactions: Interaction[]): Promise<void> {
    if (!this.#paused) await this.recluse.track(interactions);
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

  /** Turns the basket into purchases of one order. Returns pieces and price. */
  async checkOut(): Promise<{ pieces: number; price: number }> {
    const basket = freshName();
    const lines = this.basket.lines.map(({ id, count }) => ({
      id,
      count,
      price: (this.catalogue.get(id)?.price ?? 0) * count,
    }));
    const sum = (pick: (line: { count: number; price: number }) => number) =>
      lines.reduce((total, line) => total + pick(line), 0);
    await this.learn(...lines.map(({ id, price }) => ({ type: 'purchase', item: id, value: price, basket })));
    this.pinned.clear();
    this.basket.clear();
    return { pieces: sum(({ count }) => count), price: sum(({ price }) => price) };
  }

  /** The list and position that a place stands for, as the recommender wants them. */
  origin(place: Place | undefined): Pick<Interaction, 'list' | 'position'> {
    const list = place && this.lists.get(place.placement);
    return list ? { list: list.id, position: place.position } : {};
  }

  /** Why a product stands where it stands, if its list was explained. */
  ranked(id: string, placement: string): RankedItem | undefined {
    return this.lists.get(placement)?.items.find((item) => item.id === id);
  }

  /** Asks for a list, explained, and keeps it under its placement. */
  recommend(request: RecommendRequest & { placement: string }): Promise<RankedList> {
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
