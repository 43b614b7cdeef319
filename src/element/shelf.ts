/** `<recluse-shelf>`: a list where the page has a place for it. */
import { collect } from '../collect.ts';
import type { ChangeEvent, ItemDisplay, RankedList, RecommendRequest } from '../index.ts';
import { askFor, asking, isPersonal } from './asking.ts';
import { type CardFields, fieldsOf, filledAddress, filledCard } from './card.ts';
import { recommenderOf, type Serving } from './recommenders.ts';

/** Milliseconds for which changes are gathered: several things done at once make one new list. */
const gathering = 50;
const usualLimit = 10;

const styles = `
:host { display: block }
:host([hidden]) { display: none }
[part="list"] { display: grid; grid-auto-flow: column; grid-auto-columns: var(--recluse-card-inline-size, 10rem);
  gap: var(--recluse-gap, 1rem); box-sizing: border-box; inline-size: 100%; min-block-size: var(--recluse-shelf-block-size, 12rem);
  margin: 0; padding: 0; overflow: auto hidden; list-style: none; scrollbar-width: thin }
[part="item"] { min-inline-size: 0; min-block-size: 0 }
[part="card"] { display: flex; flex-direction: column; gap: .25rem; block-size: 100%; box-sizing: border-box; overflow: hidden;
  padding: var(--recluse-card-padding, .75rem); border: 1px solid var(--recluse-line, #8886);
  border-radius: var(--recluse-radius, .5rem); background: var(--recluse-card-background, transparent);
  color: inherit; text-decoration: none }
a[part="card"]:hover [part="title"] { text-decoration: underline }
a[part="card"]:focus-visible { outline: 2px solid var(--recluse-accent, currentColor); outline-offset: -2px }
[part="image"] { flex: 1 1 0; min-block-size: 0; inline-size: 100%; object-fit: contain }
[part="title"] { display: -webkit-box; overflow: hidden; -webkit-box-orient: vertical; -webkit-line-clamp: 2; line-clamp: 2;
  font-weight: 600; overflow-wrap: anywhere }
[part="brand"], [part="price"] { font-size: .875em }
[part="price"] { margin-block-start: auto; font-variant-numeric: tabular-nums }
`;

let sheet: CSSStyleSheet | undefined;

/** A style sheet object, not an element: a strict Content-Security-Policy allows it. */
function sharedSheet(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
  }
  return sheet;
}

/** Events that a shelf sends; they bubble. */
export interface ShelfEventMap {
  /** A list is shown. `detail`: the list. */
  'recluse-shown': CustomEvent<RankedList>;
  /** The shelf's own children are shown again, or stay. `detail`: why. */
  'recluse-kept': CustomEvent<'unknown' | 'empty' | 'problem'>;
  /** No list could be had. `detail`: a `RecluseError` mostly. */
  'recluse-problem': CustomEvent<unknown>;
}

// On a server there are no elements, and nobody makes one; importing this must not fail there.
const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

/**
 * A list for this visitor, shown where the element is.
 *
 * Its children, written by the server, stay until the list is there, and for good where there is none: no pack, a broken one, an empty list,
 * or, for lists about the visitor, nobody known. With `placeholder` the children give way to any list, also one that is the same for everybody.
 * A child `<template>`, or the one whose id `template` names, makes the cards: they then stand among the shelf's own children, in the element
 * that has `data-recluse-cards` or in the shelf itself. Without a template the shelf draws plain cards in its shadow root.
 *
 * Attributes: `placement`, `limit` (default: as many as it has children, else 10), `kind` ({@link ShelfKind}, default `recommend`), `item`
 * (ids between spaces, for `similar` and `together`), `query` (for `search`), those of a request's fields that are words or numbers, `filter`,
 * `context` and `rules` as JSON; `pack`, `name`, `up-to`, `consent` for a recommender of its own; `link` and `image` (addresses with fields in
 * double braces), `currency`, `label` for the plain cards; `collect="off"` to tell nobody what was seen and clicked.
 *
 * A list that has been shown is replaced while nobody looks at it: out of the window, or when the visitor comes back to the tab; never under
 * the pointer or the focus.
 */
export class RecluseShelf extends Base {
  static readonly observedAttributes = [
    ...asking,
    'pack',
    'name',
    'template',
    'currency',
    'link',
    'image',
    'label',
    'placeholder',
  ];

  #request: RecommendRequest = {};
  #list: RankedList | undefined;
  /** What the shelf had in the place of its cards when it came: shown again where there is no list. */
  #own: ChildNode[] | undefined;
  #cards: ChildNode[] = [];
  /** Ends with the element's time on the page. */
  #connected: AbortController | undefined;
  /** Of several askings only the last may draw. */
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #changing: ReturnType<typeof setTimeout> | undefined;
  /** Whether the visitor looks at what was decided: from then on it changes only while nobody looks. */
  #settled = false;
  #outdated = false;
  #inView = true;
  #collecting: { root: Element | ShadowRoot; recluse: Serving; stop: () => void } | undefined;

  /** Fields of the request that no attribute can say, or that should go before them. Default: none. */
  get request(): RecommendRequest {
    return this.#request;
  }
  set request(request: RecommendRequest) {
    this.#request = request ?? {};
    this.#soon();
  }

  /** The list that is shown; undefined while the shelf shows its own children. */
  get list(): RankedList | undefined {
    return this.#list;
  }

  /** Asks again and shows what comes, at once, whoever looks. Never rejects: what goes wrong is a `recluse-problem`. */
  async refresh(): Promise<void> {
    if (this.#connected) await this.#show(this.#connected.signal);
  }

  connectedCallback(): void {
    this.#connected = new AbortController();
    const { signal } = this.#connected;
    if (!this.shadowRoot) {
      const root = this.attachShadow({ mode: 'open' });
      root.adoptedStyleSheets = [sharedSheet()];
      root.append(document.createElement('slot'));
    }
    this.#watchWindow(signal);
    recommenderOf(this).then(
      (recluse) => {
        if (signal.aborted) return;
        const stop = recluse.on('change', (event) => this.#changed(event));
        signal.addEventListener('abort', stop);
      },
      // Asking for the list says so.
      () => {},
    );
    // A script in the page's head finds the element before its children.
    if (document.readyState === 'loading')
      document.addEventListener('DOMContentLoaded', () => this.#soon(), { once: true, signal });
    else this.#soon();
  }

  disconnectedCallback(): void {
    this.#connected?.abort();
    this.#connected = undefined;
    this.#settled = false;
    this.#stopCollecting();
    clearTimeout(this.#timer);
    clearTimeout(this.#changing);
    this.#timer = undefined;
    this.#changing = undefined;
  }

  attributeChangedCallback(_name: string, before: string | null, after: string | null): void {
    if (before !== after) this.#soon();
  }

  #soon(): void {
    const signal = this.#connected?.signal;
    if (!signal || document.readyState === 'loading') return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#show(signal);
    }, 0);
  }

  #changed({ reason }: ChangeEvent): void {
    if (this.#settled && reason === 'status') return;
    this.#outdated = true;
    this.#refreshUnseen();
  }

  /** Whether there is something newer to show, and nobody would see it change. */
  #mayChange(): boolean {
    return this.#outdated && !(this.#settled && this.#inView);
  }

  #refreshUnseen(): void {
    const signal = this.#connected?.signal;
    if (!signal || !this.#mayChange()) return;
    this.#changing ??= setTimeout(() => {
      this.#changing = undefined;
      // Meanwhile a list may have come and be looked at.
      if (this.#mayChange()) void this.#show(signal);
    }, gathering);
  }

  #watchWindow(signal: AbortSignal): void {
    const observer = new IntersectionObserver((entries) => {
      this.#inView = entries.at(-1)!.isIntersecting;
      this.#refreshUnseen();
    });
    observer.observe(this);
    // What was measured at another width is wrong at this one.
    let width = this.offsetWidth;
    const resizing = new ResizeObserver(() => {
      if (this.offsetWidth !== width) this.#reserve(0);
      width = this.offsetWidth;
    });
    resizing.observe(this);
    signal.addEventListener('abort', () => {
      observer.disconnect();
      resizing.disconnect();
    });
    const back = () => {
      if (document.visibilityState === 'visible' && this.#outdated) this.#soon();
    };
    document.addEventListener('visibilitychange', back, { signal });
  }

  async #show(signal: AbortSignal): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    const mayDraw = () => turn === this.#turn && !signal.aborted;
    try {
      const recluse = await recommenderOf(this);
      if (!mayDraw()) return;
      this.#outdated = false;
      const template = this.#template();
      const own = this.#ownElements(template);
      const list = await askFor(recluse, this, own || usualLimit, this.#request);
      const keep = await this.#reasonToKeep(recluse, list, own);
      if (keep === 'early' || !mayDraw()) return;
      if (keep) return this.#keepOwn(keep, true);
      const displays = await recluse.items(list.items.map(({ id }) => id));
      await this.#undisturbed(signal);
      if (!mayDraw()) return;
      this.#draw(recluse, list, displays, template);
      this.#settled = true;
      this.#tell('recluse-shown', list);
    } catch (error) {
      if (!mayDraw()) return;
      // A list that is here is better than none.
      if (!this.#list) this.#keepOwn('problem', false);
      this.#tell('recluse-problem', error);
    }
  }

  /** Why the shelf's own children should be seen; `early`: a better list is on its way. */
  async #reasonToKeep(recluse: Serving, list: RankedList, own: number) {
    if (list.items.length === 0) return 'empty';
    if (!isPersonal(this)) return undefined;
    const nobody = list.interactions === 0;
    if (nobody) return own > 0 && !this.hasAttribute('placeholder') ? 'unknown' : undefined;
    if (list.source !== 'popular') return undefined;
    const { phase } = await recluse.status();
    if (phase === 'starting' || phase === 'serving') return 'early';
    return own > 0 && !this.hasAttribute('placeholder') ? 'unknown' : undefined;
  }

  #template(): HTMLTemplateElement | undefined {
    const id = this.getAttribute('template');
    const found = id ? document.getElementById(id) : this.querySelector(':scope > template');
    return found instanceof HTMLTemplateElement ? found : undefined;
  }

  #holder(): Element {
    return this.querySelector('[data-recluse-cards]') ?? this;
  }

  /** Remembers what is in the cards' place; says how many elements that are. */
  #ownElements(template: HTMLTemplateElement | undefined): number {
    this.#own ??= [...this.#holder().childNodes].filter((node) => node !== template);
    return this.#own.filter((node) => node instanceof Element && node.localName !== 'template').length;
  }

  #draw(
    recluse: Serving,
    list: RankedList,
    displays: readonly ItemDisplay[],
    template: HTMLTemplateElement | undefined,
  ): void {
    const root = template ? this : this.shadowRoot!;
    // Not what an earlier list has stretched it to: what the page has given it.
    if (!this.#list) this.#reserve(this.offsetHeight);
    const byId = new Map(displays.map((display) => [display.id, display]));
    const format = {
      language: this.closest('[lang]')?.getAttribute('lang') || navigator.language,
      currency: this.getAttribute('currency') ?? undefined,
    };
    const cards = list.items.flatMap((item) => {
      const display = byId.get(item.id);
      if (!display) return [];
      const fields = fieldsOf(item, display, format);
      const card = template ? filledCard(template, fields) : this.#plainCard(fields);
      const first = card instanceof DocumentFragment ? card.firstElementChild : card;
      first?.setAttribute('data-recluse-item', item.id);
      first?.setAttribute('data-recluse-position', String(item.position));
      return card instanceof DocumentFragment ? [...card.childNodes] : [card];
    });
    this.setAttribute('data-recluse-list', list.id);
    this.setAttribute('data-recluse-placement', list.placement);
    if (template) this.#replaceCards(cards);
    else {
      const row = document.createElement('ul');
      row.setAttribute('part', 'list');
      row.setAttribute('role', 'list');
      // What scrolls must be reachable by keyboard, also where its cards are no links.
      row.tabIndex = 0;
      const label = this.getAttribute('label') ?? this.getAttribute('aria-label');
      if (label) row.setAttribute('aria-label', label);
      if (this.#reserved > 0) {
        row.style.blockSize = `${this.#reserved}px`;
        row.style.minBlockSize = '0';
      }
      row.append(...cards);
      this.shadowRoot!.replaceChildren(row);
    }
    this.#list = list;
    this.#collectIn(recluse, root);
  }

  #reserved = 0;

  /** Keeps the place that the shelf has, in pixels, so that nothing below it moves. 0: as high as its content. */
  #reserve(height: number): void {
    this.#reserved = height;
    this.style.minBlockSize = height > 0 ? `${height}px` : '';
    const row = this.shadowRoot?.querySelector<HTMLElement>('[part="list"]');
    if (row && height === 0) row.removeAttribute('style');
  }

  #plainCard(fields: CardFields): HTMLElement {
    const item = document.createElement('li');
    item.setAttribute('part', 'item');
    const link = filledAddress(this.getAttribute('link') ?? '', fields);
    const card = document.createElement(link ? 'a' : 'div');
    card.setAttribute('part', 'card');
    if (link) card.setAttribute('href', link);
    const image = filledAddress(this.getAttribute('image') ?? '', fields);
    if (image) {
      const picture = document.createElement('img');
      picture.setAttribute('part', 'image');
      picture.alt = '';
      picture.loading = 'lazy';
      picture.src = image;
      card.append(picture);
    }
    for (const name of ['title', 'brand', 'price', 'reason']) {
      if (!fields[name]) continue;
      const line = document.createElement('span');
      line.setAttribute('part', name);
      line.textContent = fields[name];
      card.append(line);
    }
    item.append(card);
    return item;
  }

  /** Puts cards where the last ones, or the shelf's own children, are. */
  #replaceCards(cards: ChildNode[]): void {
    for (const node of this.#cards.length > 0 ? this.#cards : (this.#own ?? [])) node.remove();
    this.#holder().append(...cards);
    this.#cards = cards;
  }

  #keepOwn(why: 'unknown' | 'empty' | 'problem', settled: boolean): void {
    this.#settled = settled;
    if (this.#cards.length > 0) {
      for (const node of this.#cards) node.remove();
      this.#holder().append(...(this.#own ?? []));
      this.#cards = [];
    }
    if (!this.shadowRoot!.querySelector('slot'))
      this.shadowRoot!.replaceChildren(document.createElement('slot'));
    this.#list = undefined;
    this.#reserve(0);
    this.#stopCollecting();
    this.removeAttribute('data-recluse-list');
    this.#tell('recluse-kept', why);
  }

  /** Resolves when the visitor has neither pointer nor focus on the shelf. */
  async #undisturbed(signal: AbortSignal): Promise<void> {
    const busy = () =>
      this.matches(':focus-within') || (matchMedia('(hover: hover)').matches && this.matches(':hover'));
    while (busy() && !signal.aborted)
      await new Promise<void>((resolve) => {
        const stop = new AbortController();
        const done = () => {
          stop.abort();
          // The focus has not reached its next place yet.
          setTimeout(resolve, 0);
        };
        for (const type of ['focusout', 'pointerleave'])
          this.addEventListener(type, done, { signal: stop.signal });
        signal.addEventListener('abort', done, { signal: stop.signal });
      });
  }

  #collectIn(recluse: Serving, root: Element | ShadowRoot): void {
    if (this.#collecting?.root === root && this.#collecting.recluse === recluse) return;
    this.#stopCollecting();
    if (this.getAttribute('collect') === 'off') return;
    this.#collecting = { root, recluse, stop: collect(recluse, { root }) };
  }

  #stopCollecting(): void {
    this.#collecting?.stop();
    this.#collecting = undefined;
  }

  #tell<Name extends keyof ShelfEventMap>(name: Name, detail: ShelfEventMap[Name]['detail']): void {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }));
  }
}
