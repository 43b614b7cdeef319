/** `<recluse-inspector>`: what this device knows, for the visitor to see, take out and take along. */
import type { Metrics } from '../contract.ts';
import type { Recommender } from '../index.ts';
import { type Child, facts, make, table } from './make.ts';
import {
  type Knowledge,
  kept,
  leaves,
  type SectionName,
  section,
  sectionNames,
  tastes,
  timeline,
  why,
} from './sections.ts';
import { english, german, type InspectorWords } from './words.ts';

/** What the inspector needs of a recommender. */
export type Inspected = Pick<
  Recommender,
  | 'consent'
  | 'export'
  | 'forget'
  | 'import'
  | 'interactions'
  | 'items'
  | 'on'
  | 'part'
  | 'recommend'
  | 'status'
>;

/** Milliseconds for which changes are gathered. */
const gathering = 150;
const listed = 5;

const styles = `
:host { --_ink: var(--recluse-ink, #1c1b18); --_paper: var(--recluse-paper, #fff); --_line: var(--recluse-line, #d8d5cc);
  --_control: var(--recluse-control, #767268); --_accent: var(--recluse-accent, #2f6b3a);
  display: block; color: var(--_ink); background: var(--_paper); font: inherit; line-height: 1.5 }
:host([hidden]), [hidden] { display: none !important }
[part="panel"] { padding: var(--recluse-padding, 1rem) }
h2, h3, h4, p, ul, ol, dl, dd { margin: 0; padding: 0 }
h2 { font-size: 1.25em } h3 { font-size: 1.1em; margin-block: 1.5rem .5rem } h4 { font-size: 1em; margin-block: .75rem .25rem }
ul { list-style: none } ol { padding-inline-start: 1.5em }
li { min-block-size: 2rem; overflow-wrap: anywhere }
[part="line"], [part="seen"], [part="show"] { display: flex; align-items: center; gap: .75rem; min-block-size: 2.75rem }
[part="line"] { border-block-end: 1px solid var(--_line) }
[part="what"] { flex: 1; min-inline-size: 0 }
[part="seen"] { justify-content: space-between }
[part="taste"] { display: grid; grid-template-columns: minmax(0, 1fr) minmax(4rem, 40%) 2rem; gap: .75rem; align-items: center }
meter { inline-size: 100% }
[part="fact"] { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: .75rem; padding-block: .4rem;
  border-block-end: 1px solid var(--_line); overflow-wrap: anywhere }
[part="zero"] { font-size: 2.5em; font-weight: 700; line-height: 1.2; color: var(--_accent) }
[part="scroll"] { overflow-x: auto }
table { inline-size: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .875em }
caption { padding-block: .5rem; text-align: start }
th, td { padding: .5rem .5rem .5rem 0; border-block-end: 1px solid var(--_line); text-align: end; font-weight: 400 }
th:first-child { text-align: start }
[part="bars"] { display: block; inline-size: 100%; block-size: 3.5rem; fill: var(--_accent) }
[part="actions"] { display: flex; flex-wrap: wrap; gap: .5rem }
button, label, select { box-sizing: border-box; display: inline-grid; place-items: center; min-block-size: 2.75rem; min-inline-size: 2.75rem;
  padding: .25rem .75rem; border: 1px solid var(--_control); border-radius: var(--recluse-radius, .5rem);
  background: transparent; color: inherit; font: inherit; cursor: pointer }
[part="show"] { border: 0; padding: 0; cursor: default }
select { background: var(--_paper) }
button:focus-visible, label:focus-within, select:focus-visible, summary:focus-visible, h3:focus-visible, [part="scroll"]:focus-visible { outline: 3px solid var(--_accent);
  outline-offset: 2px }
input[type="file"] { position: absolute; inline-size: 1px; block-size: 1px; opacity: 0 }
summary { min-block-size: 2.75rem; align-content: center; cursor: pointer; font-weight: 600 }
summary::first-letter { text-transform: uppercase }
summary small { font-weight: 400 }
[part="notice"]:not(:empty) { position: sticky; inset-block-end: 0; padding-block: .75rem; background: var(--_paper) }
[part="confirm"] { margin-block-start: .75rem; display: grid; gap: .5rem }
@media (prefers-color-scheme: dark) { :host { --_ink: var(--recluse-ink, #f0ede5); --_paper: var(--recluse-paper, #1d1c19);
  --_line: var(--recluse-line, #45423a); --_control: var(--recluse-control, #8f8a7e); --_accent: var(--recluse-accent, #8fd19b) } }
@media (forced-colors: active) { [part="bars"] { fill: CanvasText } }
`;

const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

/**
 * Give it a recommender (`element.recommender = recluse`, or the promise of one) and it shows what the visitor did, their tastes, why a list is as
 * it is, what left the device, where everything is kept, what lists lead to where that is counted (`measure: true`), and buttons to pause, forget,
 * save and load. English, or German where the nearest `lang` is; `words` replaces them.
 *
 * `sections="known leaves"` shows these alone, without the title: of `known`, `tastes`, `why`, `leaves`, `kept`, `metrics`, `yours`. What stands
 * in the slots `known`, `leaves`, `kept` and `metrics` is shown within them, in the slot `above` before all.
 *
 * Parts: `panel`, `title`, `section`, `heading`, `show`, `select`, `seen`, `day`, `summary`, `lines`, `line`, `picture`, `what`, `name`, `deed`, `tastes`,
 * `taste`, `meter`, `reasons`, `reason`, `note`, `zero`, `facts`, `fact`, `term`, `card`, `scroll`, `table`, `bars`, `actions`, `button`, `notice`, `confirm`; a section's name
 * is a part of it, and with `-heading` of its heading. Properties: `--recluse-ink`, `-paper`, `-line`, `-control`, `-accent`, `-radius`, `-padding`.
 *
 * Sends `recluse-consent` (`detail`: `'granted'` or `'denied'`) when the visitor pauses or goes on, for the site to remember it.
 */
export class RecluseInspector extends Base {
  #recommender: Inspected | PromiseLike<Inspected> | undefined;
  #words: InspectorWords | undefined;
  #connected: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking = false;
  #kind = '';
  #picture: ((item: string) => Node | undefined) | undefined;

  static readonly observedAttributes = ['sections'];

  /** The recommender that is looked into, or its promise. */
  get recommender(): Inspected | PromiseLike<Inspected> | undefined {
    return this.#recommender;
  }
  set recommender(recommender: Inspected | PromiseLike<Inspected> | undefined) {
    this.#recommender = recommender;
    if (this.#connected) this.#connect();
  }

  /** The texts. Default: English, or German where the element's language is. */
  get words(): InspectorWords {
    return this.#words ?? (this.#language().startsWith('de') ? german : english);
  }
  set words(words: InspectorWords | undefined) {
    this.#words = words;
    this.#soon();
  }

  /** The site's own picture of an item, for the lines of the timeline; the id is empty where a line is about no item. Default: none. */
  get picture(): ((item: string) => Node | undefined) | undefined {
    return this.#picture;
  }
  set picture(picture: ((item: string) => Node | undefined) | undefined) {
    this.#picture = picture;
    this.#soon();
  }

  attributeChangedCallback(): void {
    this.#soon();
  }

  connectedCallback(): void {
    if (!this.shadowRoot) {
      const root = this.attachShadow({ mode: 'open' });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(styles);
      root.adoptedStyleSheets = [sheet];
      root.append(
        make('div', { part: 'panel' }),
        make('p', { part: 'notice', role: 'status', 'data-notice': true }),
      );
      root.addEventListener('click', (event) => {
        const button = (event.target as Element).closest<HTMLElement>('button[data-do]');
        if (button) void this.#press(button);
      });
      root.addEventListener('change', (event) => {
        if (event.target instanceof HTMLInputElement) void this.#load(event.target);
        else if (event.target instanceof HTMLSelectElement) {
          this.#kind = event.target.value;
          this.#soon(0);
        }
      });
    }
    this.#connect();
  }

  disconnectedCallback(): void {
    this.#connected?.abort();
    this.#connected = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #connect(): void {
    this.#connected?.abort();
    this.#connected = new AbortController();
    const { signal } = this.#connected;
    Promise.resolve(this.#recommender)
      .then((recluse) => {
        if (!recluse || signal.aborted) return;
        signal.addEventListener(
          'abort',
          recluse.on('change', () => this.#soon()),
        );
        this.#soon(0);
        return this.#follow(recluse, signal);
      })
      .catch((error: Error) => {
        if (!signal.aborted) this.#say(this.words.failed(error.message));
      });
  }

  /** Also what changes no list is to be seen at once, whichever tab of the browser it happened in. */
  async #follow(recluse: Inspected, signal: AbortSignal): Promise<void> {
    for await (const _ of recluse.interactions({ signal })) this.#soon();
  }

  #language(): string {
    return this.closest('[lang]')?.getAttribute('lang') || 'en';
  }

  #soon(after = gathering): void {
    const signal = this.#connected?.signal;
    if (!signal) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#draw(signal).catch((error: Error) => {
        if (!signal.aborted) this.#say(this.words.failed(error.message));
      });
    }, after);
  }

  /** What is to be shown, in the usual order. */
  #sections(): readonly SectionName[] {
    const asked = this.getAttribute('sections')?.split(/\s+/);
    return sectionNames.filter((name) => !asked || asked.includes(name));
  }

  async #read(recluse: Inspected, sections: readonly SectionName[]): Promise<Knowledge> {
    const [status, document, list] = await Promise.all([
      recluse.status({ card: true }),
      recluse.export(),
      sections.includes('why')
        ? recluse.recommend({ limit: listed, explain: true, placement: 'inspector' }).catch(() => undefined)
        : undefined,
    ]);
    const ids = new Set([...document.interactions, ...document.compacted].map(({ item }) => item));
    for (const { id, reasons = [] } of list?.items ?? []) {
      ids.add(id);
      for (const reason of reasons) if (reason.kind === 'because') ids.add(reason.item);
    }
    ids.delete('');
    // A site without a catalogue shows its ids.
    const displays = await recluse.items([...ids]).catch(() => []);
    return {
      status,
      document,
      displays: new Map(displays.map((display) => [display.id, display])),
      list,
      language: this.#language(),
      kind: this.#kind,
      picture: this.#picture,
    };
  }

  /** What lists lead to; that nothing is counted here, where the recommender was created without `measure`. */
  async #metrics(recluse: Inspected, words: InspectorWords): Promise<Child[]> {
    const own = make('slot', { name: 'metrics' });
    try {
      const metrics = (await recluse.part('measure', 'metrics', [])) as Metrics;
      return [
        ...(await import('./metrics.ts')).drawMetrics(
          { make, facts, table },
          metrics,
          this.#language(),
          words.measured,
        ),
        own,
      ];
    } catch (error) {
      const off = (error as { code?: string }).code === 'invalid-argument';
      own.append(make('p', {}, off ? words.noMetrics : words.failed((error as Error).message)));
      return [own];
    }
  }

  async #draw(signal: AbortSignal): Promise<void> {
    const recluse = await this.#recommender;
    if (!recluse) return;
    const words = this.words;
    const names = this.#sections();
    const [known, metrics] = await Promise.all([
      this.#read(recluse, names),
      names.includes('metrics') ? this.#metrics(recluse, words) : [],
    ]);
    if (signal.aborted) return;
    const content: Record<SectionName, () => Child[]> = {
      known: () => timeline(known, words),
      tastes: () => tastes(known, words),
      why: () => why(known, words),
      leaves: () => leaves(known, words),
      kept: () => kept(known, words),
      metrics: () => metrics,
      yours: () => this.#actions(words, known.status.privacy.consent === 'denied'),
    };
    this.#show(
      make(
        'div',
        { part: 'panel' },
        make('slot', { name: 'above' }),
        !this.hasAttribute('sections') && make('h2', { part: 'title' }, words.title),
        names.map((name) => section(name, words[name], content[name]())),
      ),
    );
  }

  /** Puts what was drawn in the place of what there is; what is folded and where the focus is stay. */
  #show(fresh: HTMLElement): void {
    const root = this.shadowRoot!;
    const panel = root.querySelector('[part="panel"]')!;
    for (const { dataset, open } of panel.querySelectorAll('details'))
      for (const same of fresh.querySelectorAll<HTMLDetailsElement>('details'))
        if (same.dataset.key === dataset.key) same.open = open;
    if (fresh.isEqualNode(panel)) return;
    const focused = root.activeElement instanceof HTMLElement ? root.activeElement : undefined;
    const { key, do: deed } = focused?.dataset ?? {};
    const alike = (within: ParentNode) => [
      ...within.querySelectorAll<HTMLElement>(`[data-do="${CSS.escape(deed ?? '')}"]`),
    ];
    const at = focused && deed ? alike(panel).indexOf(focused) : -1;
    panel.replaceWith(fresh);
    if (!focused) return;
    const now = alike(fresh);
    const same = now.find(({ dataset }) => dataset.key === key);
    // What was forgotten has no button any more: the keyboard goes on with the next, or from the heading where there is none.
    const heading = ['line', 'product', 'seen'].includes(deed ?? '') ? '#known' : '#yours';
    const heir = same ?? now[Math.min(at, now.length - 1)] ?? fresh.querySelector<HTMLElement>(heading);
    heir?.focus({ preventScroll: same !== undefined });
  }

  #actions(words: InspectorWords, paused: boolean) {
    const button = (deed: string, text: string) =>
      make('button', { type: 'button', part: 'button', 'data-do': deed }, text);
    return [
      make(
        'div',
        { part: 'actions' },
        button(paused ? 'resume' : 'pause', paused ? words.resume : words.pause),
        button('save', words.save),
        make(
          'label',
          { part: 'button' },
          words.load,
          make('input', { type: 'file', accept: '.json,application/json', 'data-do': 'load' }),
        ),
        button('forget', words.forgetAll),
      ),
      this.#asking &&
        make(
          'div',
          { part: 'confirm', role: 'group', 'aria-label': words.forgetAll },
          make('p', {}, words.sure),
          make('div', { part: 'actions' }, button('yes', words.yes), button('no', words.no)),
        ),
    ];
  }

  async #press({ dataset }: HTMLElement): Promise<void> {
    const { words } = this;
    try {
      const recluse = await this.#recommender;
      if (!recluse) return;
      switch (dataset.do) {
        case 'line':
          this.#say(words.forgotten(await recluse.forget({ interaction: dataset.key! })));
          break;
        case 'product':
          this.#say(words.forgotten(await recluse.forget({ item: dataset.key! })));
          break;
        case 'seen':
          this.#say(words.forgotten(await recluse.forget({ type: 'impression' })));
          break;
        case 'pause':
        case 'resume': {
          const state = dataset.do === 'pause' ? 'denied' : 'granted';
          await recluse.consent(state);
          this.#say(state === 'denied' ? words.paused : words.resumed);
          this.dispatchEvent(
            new CustomEvent('recluse-consent', { bubbles: true, composed: true, detail: state }),
          );
          break;
        }
        case 'save':
          this.#save(JSON.stringify(await recluse.export(), null, 2));
          break;
        case 'yes':
          this.#say(words.forgotten(await recluse.forget('everything')));
      }
      this.#asking = dataset.do === 'forget';
      this.#soon();
    } catch (error) {
      this.#say(words.failed((error as Error).message));
    }
  }

  /** Hands a file to the visitor; nothing is asked of any network. */
  #save(text: string): void {
    const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    make('a', { href: address, download: 'what-this-device-knows.json' }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }

  async #load(input: HTMLInputElement): Promise<void> {
    const { words } = this;
    try {
      const text = await input.files?.[0]?.text();
      if (text === undefined) return;
      const { added } = await (await this.#recommender)!.import(JSON.parse(text));
      this.#say(words.loaded(added));
    } catch (error) {
      this.#say(words.failed((error as Error).message));
    } finally {
      input.value = '';
    }
  }

  #say(text: string): void {
    const notice = this.shadowRoot?.querySelector('[data-notice]');
    if (notice) notice.textContent = text;
  }
}
