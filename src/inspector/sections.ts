/** The inspector's sections, each made of what the recommender says of itself. */
import type { ExportDocument, ItemDisplay, RankedList, Status, StoredInteraction } from '../index.ts';
import { type Child, facts, make, table } from './make.ts';
import type { InspectorWords } from './words.ts';

/** All that is shown, read at one moment. */
export interface Knowledge {
  status: Status;
  document: ExportDocument;
  displays: ReadonlyMap<string, ItemDisplay>;
  /** A list with its reasons; undefined where there is none. */
  list: RankedList | undefined;
  /** BCP 47. */
  language: string;
  /** The type of which alone lines are shown; empty: all. */
  kind: string;
  /** The site's own picture of an item. */
  picture: ((item: string) => Node | undefined) | undefined;
}

/** All sections, in their order. */
export const sectionNames = ['known', 'tastes', 'why', 'leaves', 'kept', 'metrics', 'yours'] as const;
export type SectionName = (typeof sectionNames)[number];

/** Lines drawn at once; more than that nobody reads. */
const linesShown = 150;
/** Days that are unfolded at first. */
const daysOpen = 3;
const tastesShown = 8;

export const section = (name: SectionName, title: string, children: readonly Child[]): HTMLElement =>
  make(
    'section',
    { part: `section ${name}`, 'aria-labelledby': name },
    make('h3', { id: name, part: `heading ${name}-heading`, tabindex: '-1' }, title),
    children,
  );

const nameOf =
  ({ displays }: Knowledge) =>
  (id: string) =>
    displays.get(id)?.title ?? id;

function subject({ query, item, where }: StoredInteraction, known: Knowledge, words: InspectorWords): string {
  if (query) return `“${query}”`;
  if (item) return nameOf(known)(item);
  return typeof where?.category === 'string' ? words.everythingFrom(where.category) : JSON.stringify(where);
}

function deedOf({ type, value, quantity }: StoredInteraction, words: InspectorWords): string {
  if (type === 'rating' && value !== undefined) return words.rated(value);
  return words.deed(type) + ((quantity ?? 1) > 1 ? `, ${words.pieces(quantity!)}` : '');
}

/** "today", "yesterday", "Tuesday, 24 November", in the visitor's own time. */
function dayNames(language: string, now: number): (time: number) => string {
  const midnight = (time: number) => new Date(time).setHours(0, 0, 0, 0);
  const long = new Intl.DateTimeFormat(language, { weekday: 'long', day: 'numeric', month: 'long' });
  const near = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  return (time) => {
    // Rounded: where clocks are changed, a day has 23 or 25 hours.
    const ago = Math.round((midnight(now) - midnight(time)) / 86_400_000);
    return ago === 0 || ago === 1 ? near.format(-ago, 'day') : long.format(time);
  };
}

const counted = <Key>(keys: Iterable<Key>): Map<Key, number> => {
  const counts = new Map<Key, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
};

/** What the visitor did, day by day, newest first, each line with a button that forgets it. */
export function timeline(known: Knowledge, words: InspectorWords): Child[] {
  const { interactions, compacted } = known.document;
  const own = make('slot', { name: 'known' });
  if (interactions.length === 0 && compacted.length === 0) return [make('p', {}, words.nothing), own];
  const button = (deed: string, attributes: Readonly<Record<string, string>>, text: string) =>
    make(
      'button',
      { type: 'button', part: `button forget forget-${deed}`, 'data-do': deed, ...attributes },
      text,
    );

  const lines = interactions
    .filter(({ type }) => type !== 'impression')
    .sort((a, b) => b.time - a.time || b.seq - a.seq);
  const kinds = [...counted(lines.map(({ type }) => type))].sort(([, a], [, b]) => b - a);
  const kind = kinds.some(([type]) => type === known.kind) ? known.kind : '';
  const chosen = lines.filter(({ type }) => !kind || type === kind);
  const day = dayNames(known.language, Date.now());
  const about = counted(lines.map(({ item }) => item));
  const days = new Map<string, StoredInteraction[]>();
  for (const one of chosen.slice(0, linesShown)) {
    const name = day(one.time);
    days.set(name, [...(days.get(name) ?? []), one]);
  }

  const line = (one: StoredInteraction) => {
    const name = subject(one, known, words);
    const deed = deedOf(one, words);
    const label = words.forgetLine(deed, name);
    const many = one.item ? about.get(one.item)! : 0;
    const picture = known.picture?.(one.item);
    return make(
      'li',
      { part: 'line' },
      picture && make('span', { part: 'picture' }, picture),
      make(
        'span',
        { part: 'what' },
        make('b', { part: 'name' }, name),
        ' ',
        make('span', { part: 'deed' }, deed),
      ),
      many > 1 &&
        button(
          'product',
          { 'data-key': one.item, 'aria-label': words.forgetAbout(many, name) },
          words.all(many),
        ),
      button('line', { 'data-key': one.id, 'aria-label': label, title: label }, '✕'),
    );
  };

  const option = (value: string, name: string, count: number) =>
    make('option', { value, selected: value === kind }, `${name} (${count})`);
  const seen = counted(interactions.flatMap(({ type, item }) => (type === 'impression' ? item : []))).size;
  const sums = compacted.reduce((sum, { count }) => sum + count, 0);
  const rest = chosen.length - linesShown;
  return [
    make('p', { part: 'note' }, words.lines(lines.length, known.status.privacy.consent)),
    kinds.length > 1 &&
      make(
        'label',
        { part: 'show' },
        words.show,
        make(
          'select',
          { part: 'select', name: 'shown', 'data-do': 'kind' },
          option('', words.everything, lines.length),
          kinds.map(([type, count]) => option(type, words.deed(type), count)),
        ),
      ),
    own,
    seen > 0 && make('p', { part: 'seen' }, words.seen(seen), button('seen', {}, words.forgetSeen)),
    sums > 0 && make('p', { part: 'note' }, words.sums(sums, compacted.length)),
    ...[...days].map(([name, ofDay], place) =>
      make(
        'details',
        { part: 'day', 'data-key': name, open: place < daysOpen },
        make(
          'summary',
          { part: 'summary', 'data-do': 'day', 'data-key': name },
          `${name} `,
          make('small', {}, String(ofDay.length)),
        ),
        make('ul', { part: 'lines', role: 'list' }, ofDay.map(line)),
      ),
    ),
    rest > 0 && make('p', { part: 'note' }, words.older(rest)),
  ];
}

/** How often the visitor chose something of a category, as bars. */
export function tastes(known: Knowledge, words: InspectorWords): Child[] {
  const counts = new Map<string, number>();
  for (const { item, type } of known.document.interactions) {
    const category = known.displays.get(item)?.categories.at(-1);
    if (category && type !== 'impression' && type !== 'dislike' && type !== 'hide')
      counts.set(category, (counts.get(category) ?? 0) + 1);
  }
  const strongest = [...counts].sort(([, a], [, b]) => b - a).slice(0, tastesShown);
  if (strongest.length === 0) return [make('p', {}, words.nothing)];
  const most = String(strongest[0]![1]);
  return [
    make(
      'ul',
      { part: 'tastes', role: 'list' },
      strongest.map(([name, count]) =>
        make(
          'li',
          { part: 'taste' },
          make('span', {}, name),
          make('meter', { part: 'meter', max: most, value: String(count), 'aria-label': name }),
          make('span', {}, String(count)),
        ),
      ),
    ),
  ];
}

/** The first items of a list and why they are there. */
export function why(known: Knowledge, words: InspectorWords): Child[] {
  const items = known.list?.items ?? [];
  if (items.length === 0) return [make('p', {}, words.nothing)];
  const reasons = items.map(({ id, reasons = [] }) =>
    make(
      'li',
      { part: 'reason' },
      make('b', {}, nameOf(known)(id)),
      ` ${reasons
        .slice(0, 2)
        .map((reason) => words.reason(reason, nameOf(known)))
        .join('; ')}`,
    ),
  );
  return [make('ol', { part: 'reasons' }, reasons)];
}

/** What left the device: a zero that is counted. */
export function leaves({ status, language }: Knowledge, words: InspectorWords): Child[] {
  const number = new Intl.NumberFormat(language);
  return [
    make('p', { part: 'zero' }, number.format(status.network.sent)),
    make('p', {}, words.sent),
    facts([[words.requests, number.format(status.network.requests)]]),
    status.privacy.globalPrivacyControl && make('p', {}, words.gpc),
    make('slot', { name: 'leaves' }),
  ];
}

interface Figure {
  split: string;
  targets?: string;
  model: string;
  metric: string;
  value: number;
}

const isFigure = (figure: unknown): figure is Figure =>
  typeof figure === 'object' &&
  figure !== null &&
  'model' in figure &&
  'metric' in figure &&
  typeof (figure as Figure).value === 'number';

/** The model card's figures: a model a row, a metric a column, all targets of the first split. */
function cardTable(card: unknown, name: string, language: string): HTMLElement | false {
  const given = (card as { figures?: unknown } | null)?.figures;
  const figures = (Array.isArray(given) ? given : []).filter(isFigure);
  const split = figures[0]?.split;
  const shown = figures.filter((figure) => figure.split === split && (figure.targets ?? 'all') === 'all');
  const metrics = [...new Set(shown.map(({ metric }) => metric))];
  const digits = new Intl.NumberFormat(language, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
  const cell = (model: string, metric: string) => {
    const figure = shown.find((one) => one.model === model && one.metric === metric);
    return figure ? digits.format(figure.value) : '';
  };
  const models = [...new Set(shown.map(({ model }) => model))];
  return (
    models.length > 0 &&
    table(
      String(split),
      [name, ...metrics],
      models.map((model) => [model, ...metrics.map((metric) => cell(model, metric))]),
    )
  );
}

/** Storage, pack and the card of what was measured before. */
export function kept({ status, language }: Knowledge, words: InspectorWords): Child[] {
  const { storage, pack, source } = status;
  const number = new Intl.NumberFormat(language);
  const kilobytes = (bytes: number) => `${number.format(Math.round(bytes / 1000))} kB`;
  const where = storage.kind === 'memory' ? words.memory : words.disk;
  const card = pack !== null && cardTable(pack.card, words.pack, language);
  return [
    facts([
      [words.storage, storage.bytes === null ? where : `${where}, ${kilobytes(storage.bytes)}`],
      [words.pack, pack ? `${pack.name} ${pack.version}, ${kilobytes(pack.bytes)}` : words.none],
      [words.dataUntil, pack?.dataUntil.slice(0, 10)],
      [words.source, source ?? words.none],
    ]),
    make('slot', { name: 'kept' }),
    card &&
      make(
        'details',
        { part: 'card', 'data-key': 'card' },
        make('summary', { part: 'summary', 'data-do': 'day', 'data-key': 'card' }, words.card),
        card,
      ),
  ];
}
