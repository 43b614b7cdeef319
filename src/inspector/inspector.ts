/** `<recluse-inspector>`: what this device knows, for the visitor to see, take out and take along. */
import type { Recommender } from '../index.ts';
import { make } from './make.ts';
import { type Knowledge, kept, leaves, section, tastes, timeline, why } from './sections.ts';
import { english, german, type InspectorWords } from './words.ts';

/** What the inspector needs of a recommender. */
export type Inspected = Pick<
  Recommender,
  'consent' | 'export' | 'forget' | 'import' | 'items' | 'on' | 'recommend' | 'status'
>;

/** Milliseconds for which changes are gathered. */
const gathering = 150;
const listed = 5;

const styles = `
:host { display: block; color: var(--recluse-ink, #1c1b18); background: var(--recluse-paper, #fff); font: inherit; line-height: 1.5 }
:host([hidden]), [hidden] { display: none !important }
[part="panel"] { padding: var(--recluse-padding, 1rem) }
h2, h3, h4, p, ul, ol, dl, dd { margin: 0; padding: 0 }
h2 { font-size: 1.25em } h3 { font-size: 1.1em; margin-block: 1.5rem .5rem } h4 { font-size: 1em; margin-block: .75rem .25rem }
ul { list-style: none } ol { padding-inline-start: 1.5em }
li { min-block-size: 2rem; overflow-wrap: anywhere }
[part="line"] { display: flex; align-items: center; justify-content: space-between; gap: .75rem; min-block-size: 2.75rem;
  border-block-end: 1px solid var(--recluse-line, #d8d5cc) }
[part="taste"] { display: grid; grid-template-columns: minmax(0, 1fr) minmax(4rem, 40%) 2rem; gap: .75rem; align-items: center }
meter { inline-size: 100% }
[part="facts"] div { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: .75rem; padding-block: .4rem;
  border-block-end: 1px solid var(--recluse-line, #d8d5cc); overflow-wrap: anywhere }
[part="zero"] { font-size: 2.5em; font-weight: 700; line-height: 1.2; color: var(--recluse-accent, #2f6b3a) }
[part="actions"] { display: flex; flex-wrap: wrap; gap: .5rem }
button, label { box-sizing: border-box; display: inline-grid; place-items: center; min-block-size: 2.75rem; min-inline-size: 2.75rem;
  padding: .25rem .75rem; border: 1px solid var(--recluse-control, #767268); border-radius: var(--recluse-radius, .5rem);
  background: transparent; color: inherit; font: inherit; cursor: pointer }
button:focus-visible, label:focus-within, summary:focus-visible, h3:focus-visible { outline: 3px solid var(--recluse-accent, #2f6b3a);
  outline-offset: 2px }
input[type="file"] { position: absolute; inline-size: 1px; block-size: 1px; opacity: 0 }
summary { min-block-size: 2.75rem; align-content: center; cursor: pointer }
[part="notice"] { min-block-size: 1.5em; margin-block-start: .75rem }
[part="confirm"] { margin-block-start: .75rem; display: grid; gap: .5rem }
@media (prefers-color-scheme: dark) { :host { color: var(--recluse-ink, #f0ede5); background: var(--recluse-paper, #1d1c19) }
  [part="zero"] { color: var(--recluse-accent, #8fd19b) }
  button:focus-visible, label:focus-within, summary:focus-visible { outline-color: var(--recluse-accent, #8fd19b) } }
`;

const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

/**
 * Give it a recommender (`element.recommender = recluse`, or the promise of one) and it shows what the visitor did, their tastes, why a list is as
 * it is, what left the device, where everything is kept, and buttons to pause, forget, save and load. What stands in its slot `metrics`
 * is shown under that heading. English, or German where the nearest `lang` is; `words` replaces them.
 *
 * Parts: `panel`, `title`, `section`, `heading`, `day`, `lines`, `line`, `tastes`, `taste`, `meter`, `reasons`, `reason`, `zero`, `facts`, `card`,
 * `actions`, `button`, `notice`, `confirm`. Properties: `--recluse-ink`, `-paper`, `-line`, `-control`, `-accent`, `-radius`, `-padding`.
 *
 * Sends `recluse-consent` (`detail`: `'granted'` or `'denied'`) when the visitor pauses or goes on, for the site to remember it.
 */
export class RecluseInspector extends Base {
  #recommender: Inspected | PromiseLike<Inspected> | undefined;
  #words: InspectorWords | undefined;
  #connected: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking = false;

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
    Promise.resolve(this.#recommender).then(
      (recluse) => {
        if (!recluse || signal.aborted) return;
        signal.addEventListener(
          'abort',
          recluse.on('change', () => this.#soon()),
        );
        this.#soon();
      },
      (error) => this.#say(this.words.failed((error as Error).message)),
    );
  }

  #language(): string {
    return this.closest('[lang]')?.getAttribute('lang') || 'en';
  }

  #soon(): void {
    const signal = this.#connected?.signal;
    if (!signal) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#draw(signal).catch((error: Error) => {
        if (!signal.aborted) this.#say(this.words.failed(error.message));
      });
    }, gathering);
  }

  async #read(recluse: Inspected): Promise<Knowledge> {
    const [status, document, list] = await Promise.all([
      recluse.status({ card: true }),
      recluse.export(),
      recluse.recommend({ limit: listed, explain: true, placement: 'inspector' }).catch(() => undefined),
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
    };
  }

  async #draw(signal: AbortSignal): Promise<void> {
    const recluse = await this.#recommender;
    if (!recluse) return;
    const known = await this.#read(recluse);
    if (signal.aborted) return;
    const words = this.words;
    const root = this.shadowRoot!;
    const focused = root.activeElement instanceof HTMLElement ? root.activeElement : undefined;
    const { key, do: deed } = focused?.dataset ?? {};
    const openCard = root.querySelector('details')?.open ?? false;
    const { consent } = known.status.privacy;
    const metrics = make('slot', { name: 'metrics' }, make('p', {}, words.noMetrics));
    root
      .querySelector('[part="panel"]')!
      .replaceChildren(
        make('h2', { part: 'title' }, words.title),
        section('known', words.known, timeline(known, words)),
        section('tastes', words.tastes, tastes(known, words)),
        section('why', words.why, why(known, words)),
        section('leaves', words.leaves, leaves(known, words)),
        section('kept', words.kept, kept(known, words)),
        section('metrics', words.metrics, [metrics]),
        section('yours', words.yours, this.#actions(words, consent === 'denied')),
      );
    const details = root.querySelector('details');
    if (details) details.open = openCard;
    if (!focused) return;
    const again = key
      ? root.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)
      : deed
        ? root.querySelector<HTMLElement>(`[data-do="${CSS.escape(deed)}"]`)
        : undefined;
    // What was forgotten has no button any more: the keyboard goes on from the heading above.
    (again ?? root.querySelector<HTMLElement>(deed === 'line' ? '#known' : '#yours'))?.focus();
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
