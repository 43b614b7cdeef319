/** The inspector's sections, each made of what the recommender says of itself. */
import type { ExportDocument, ItemDisplay, RankedList, Status, StoredInteraction } from '../index.ts';
import { type Child, make } from './make.ts';
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
}

/** Lines drawn at once; more than that nobody reads. */
const linesShown = 100;
const tastesShown = 8;

export const section = (name: string, title: string, children: readonly Child[]): HTMLElement =>
  make(
    'section',
    { part: `section ${name}`, 'aria-labelledby': name },
    make('h3', { id: name, part: 'heading', tabindex: '-1' }, title),
    children,
  );

const nameOf =
  ({ displays }: Knowledge) =>
  (id: string) =>
    displays.get(id)?.title ?? id;

function subject(line: StoredInteraction, known: Knowledge): string {
  return line.query ? `“${line.query}”` : line.item ? nameOf(known)(line.item) : JSON.stringify(line.where);
}

/** What the visitor did, day by day, newest first, each line with a button that forgets it. */
export function timeline(known: Knowledge, words: InspectorWords): Child[] {
  const lines = known.document.interactions
    .filter(({ type }) => type !== 'impression')
    .sort((a, b) => b.time - a.time || b.seq - a.seq);
  if (lines.length === 0) return [make('p', {}, words.nothing)];
  const day = new Intl.DateTimeFormat(known.language, { weekday: 'long', day: 'numeric', month: 'long' });
  const days = new Map<string, StoredInteraction[]>();
  for (const line of lines.slice(0, linesShown)) {
    const key = day.format(line.time);
    days.set(key, [...(days.get(key) ?? []), line]);
  }
  const groups = [...days].map(([name, ofDay]) => [
    make('h4', { part: 'day' }, name),
    make(
      'ul',
      { part: 'lines', role: 'list' },
      ofDay.map((line) => {
        const deed = words.deed(line.type);
        const about = subject(line, known);
        const label = words.forgetLine(deed, about);
        const button = { type: 'button', part: 'button forget', 'data-do': 'line', 'data-key': line.id };
        return make(
          'li',
          { part: 'line' },
          make('span', {}, make('b', {}, about), ` ${deed}`),
          make('button', { ...button, 'aria-label': label, title: label }, '✕'),
        );
      }),
    ),
  ]);
  const rest = lines.length - linesShown;
  return [
    make('p', {}, words.lines(lines.length)),
    ...groups.flat(),
    rest > 0 && make('p', {}, words.older(rest)),
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

const facts = (pairs: readonly (readonly [string, string] | false | undefined)[]) =>
  make(
    'dl',
    { part: 'facts' },
    pairs.flatMap((pair) =>
      pair ? [make('div', {}, make('dt', {}, pair[0]), make('dd', {}, pair[1]))] : [],
    ),
  );

/** What left the device: a zero that is counted. */
export function leaves({ status, language }: Knowledge, words: InspectorWords): Child[] {
  const number = new Intl.NumberFormat(language);
  return [
    make('p', { part: 'zero' }, number.format(status.network.sent)),
    facts([
      [words.sent, number.format(status.network.sent)],
      [words.requests, number.format(status.network.requests)],
      status.privacy.globalPrivacyControl && ['', words.gpc],
    ]),
  ];
}

interface Figure {
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

/** Storage, pack and the card of what was measured before. */
export function kept({ status, language }: Knowledge, words: InspectorWords): Child[] {
  const { storage, pack, source } = status;
  const number = new Intl.NumberFormat(language);
  const kilobytes = (bytes: number) => `${number.format(Math.round(bytes / 1000))} kB`;
  const where = storage.kind === 'memory' ? words.memory : words.disk;
  const figures = (pack?.card as { figures?: unknown } | undefined)?.figures;
  const shown = (Array.isArray(figures) ? figures : []).filter(isFigure).slice(0, 24);
  const digits = new Intl.NumberFormat(language, { maximumFractionDigits: 3 });
  return [
    facts([
      [words.storage, storage.bytes === null ? where : `${where}, ${kilobytes(storage.bytes)}`],
      [words.pack, pack ? `${pack.name} ${pack.version}, ${kilobytes(pack.bytes)}` : words.none],
      pack !== null && [words.dataUntil, pack.dataUntil.slice(0, 10)],
      [words.source, source ?? words.none],
    ]),
    shown.length > 0 &&
      make(
        'details',
        { part: 'card' },
        make('summary', {}, words.card),
        facts(
          shown.map(
            ({ model, metric, value }) => [`${model}, ${metric}`, digits.format(value)] as [string, string],
          ),
        ),
      ),
  ];
}
