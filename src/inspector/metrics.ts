/**
 * What lists lead to, as tables and bars. Loaded only where there is something to draw: most sites count nothing.
 *
 * Bars are SVG made by hand. A library for plots (uPlot: 19.8 kB) is three times this whole inspector, and draws on a canvas, which a
 * screen reader can't read and forced colours don't reach.
 */
import type { Metrics, Percentiles, Rates } from '../contract.ts';
import type { Child } from './make.ts';

/** What elements are made with, handed over: imported, it would become a file of its own that the entry has to fetch first. */
type Making = Pick<typeof import('./make.ts'), 'make' | 'facts' | 'table'>;

/** The texts of this section. */
export interface MetricsWords {
  /** Nothing was counted yet. */
  nothing: string;
  /** Headings of the table's columns: name, impressions, clicks, carts, purchases, clicks an impression, purchases a click. */
  columns: readonly [string, string, string, string, string, string, string];
  placements: string;
  variants: string;
  /** A place that the page did not name. */
  elsewhere: string;
  seenByDay: string;
  clickRateByDay: string;
  clicksByPosition: string;
  /** A day that is too long ago to be told apart. */
  before: string;
  position(position: number): string;
  repeated: string;
  novelty: string;
  coverage: string;
  age: string;
  latency(source: string): string;
  /** Half and 95 of 100 lie below these. */
  within(half: string, most: string): string;
}

const english: MetricsWords = {
  nothing: 'Nothing was seen or opened yet.',
  columns: ['place', 'seen', 'opened', 'basket', 'bought', 'opened of seen', 'bought of opened'],
  placements: 'What each list leads to',
  variants: 'What each variant leads to',
  elsewhere: 'elsewhere on the page',
  seenByDay: 'Seen, by day',
  clickRateByDay: 'Opened of 100 seen, by day',
  clicksByPosition: 'Opened, by place in the list',
  before: 'before',
  position: (position) => `place ${position}`,
  repeated: 'Shown before',
  novelty: 'New to you',
  coverage: 'Different things shown',
  age: 'Age of lists',
  latency: (source) => `Lists by ${source}`,
  within: (half, most) => `half within ${half}, 95 of 100 within ${most}`,
};

const german: MetricsWords = {
  nothing: 'Noch wurde nichts gesehen oder geöffnet.',
  columns: ['Ort', 'gesehen', 'geöffnet', 'Korb', 'gekauft', 'geöffnet je gesehen', 'gekauft je geöffnet'],
  placements: 'Was jede Liste bringt',
  variants: 'Was jede Variante bringt',
  elsewhere: 'anderswo auf der Seite',
  seenByDay: 'Gesehen, je Tag',
  clickRateByDay: 'Geöffnet je 100 gesehen, je Tag',
  clicksByPosition: 'Geöffnet, je Platz in der Liste',
  before: 'früher',
  position: (position) => `Platz ${position}`,
  repeated: 'Schon gezeigt',
  novelty: 'Neu für Sie',
  coverage: 'Verschiedenes gezeigt',
  age: 'Alter der Listen',
  latency: (source) => `Listen von ${source}`,
  within: (half, most) => `die Hälfte binnen ${half}, 95 von 100 binnen ${most}`,
};

/** Days and positions that are drawn. */
const drawn = 14;
const width = 240;
const height = 40;

/** Bars side by side, as high as their numbers; told as a text to whoever sees none. */
function bars(
  make: Making['make'],
  values: readonly { name: string; value: number }[],
  what: string,
  told: (value: number) => string,
) {
  const top = Math.max(...values.map(({ value }) => value));
  if (!(top > 0)) return [];
  // A single day is not to fill everything.
  const step = width / Math.max(values.length, 7);
  const draw = (name: string, attributes: Readonly<Record<string, string | number>>): SVGElement => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    return element;
  };
  const said = values.map(({ name, value }) => `${name}: ${told(value)}`).join(', ');
  const picture = draw('svg', {
    part: 'bars',
    viewBox: `0 0 ${width} ${height}`,
    preserveAspectRatio: 'none',
    role: 'img',
    'aria-label': `${what}. ${said}`,
  });
  for (const [place, { value }] of values.entries()) {
    // A thin line where there is nothing, so that a day without anything is a day all the same.
    const tall = Math.max(1, (value / top) * (height - 2));
    picture.append(
      draw('rect', {
        x: (place * step).toFixed(1),
        y: (height - tall).toFixed(1),
        width: (step * 0.8).toFixed(1),
        height: tall.toFixed(1),
      }),
    );
  }
  return [make('h4', {}, what), picture];
}

/**
 * What was measured, to be seen.
 *
 * @param language BCP 47
 */
export function drawMetrics(
  { make, facts, table }: Making,
  metrics: Metrics,
  language: string,
  own: Partial<MetricsWords> = {},
): Child[] {
  const words = { ...(language.startsWith('de') ? german : english), ...own };
  const { total, placements, variants, days, positions, repeated, novelty, coverage, latency, age } = metrics;
  const number = new Intl.NumberFormat(language);
  const share = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
  const percent = (value: number | null) => (value === null ? '' : share.format(value));
  const milliseconds = (value: number | null) =>
    `${new Intl.NumberFormat(language, { maximumSignificantDigits: value! < 10 ? 2 : 3 }).format(value!)} ms`;
  const within = ({ p50, p95 }: Percentiles) =>
    p50 !== null && words.within(milliseconds(p50), milliseconds(p95));
  const rows = (named: readonly (readonly [string, Rates])[]) =>
    named.map(([name, { impressions, clicks, carts, purchases, ctr, conversion }]) => [
      name,
      ...[impressions, clicks, carts, purchases].map((count) => number.format(count)),
      percent(ctr),
      percent(conversion),
    ]);
  const shown = days.slice(-drawn).map(({ day, ...rates }) => ({ name: day ?? words.before, ...rates }));
  if (total.impressions + total.clicks === 0) return [make('p', {}, words.nothing), latencies()];

  function latencies() {
    return facts([
      ...latency.map((of): [string, string | false] => [words.latency(of.source), within(of)]),
      [words.age, within(age)],
    ]);
  }

  return [
    table(
      words.placements,
      words.columns,
      rows(placements.map((row) => [row.placement || words.elsewhere, row])),
    ),
    variants.length > 0 &&
      table(
        words.variants,
        words.columns,
        rows(variants.map((row) => [`${row.experiment}: ${row.variant}`, row])),
      ),
    ...bars(
      make,
      shown.map(({ name, impressions }) => ({ name, value: impressions })),
      words.seenByDay,
      number.format,
    ),
    ...bars(
      make,
      shown.map(({ name, ctr }) => ({ name, value: (ctr ?? 0) * 100 })),
      words.clickRateByDay,
      new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format,
    ),
    ...bars(
      make,
      Array.from({ length: drawn }, (_, place) => ({
        name: words.position(place + 1),
        value: positions.reduce((sum, { position, clicks }) => sum + (position === place ? clicks : 0), 0),
      })),
      words.clicksByPosition,
      number.format,
    ),
    facts([
      [words.repeated, percent(repeated)],
      [words.novelty, percent(novelty)],
      [
        words.coverage,
        coverage.share === null
          ? number.format(coverage.items)
          : `${number.format(coverage.items)} (${percent(coverage.share)})`,
      ],
    ]),
    latencies(),
  ];
}
