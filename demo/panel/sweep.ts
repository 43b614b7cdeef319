/** Forgetting many lines at once: of one kind, from one department, of a stretch of time, or all that together. */
import type { ForgetConditions, StoredInteraction } from 'recluse';
import { html, type Markup } from '../markup.ts';

const hour = 60 * 60 * 1000;

/** What is to be forgotten, as the form has it; an empty text asks for nothing. */
export interface Wish {
  readonly type: string;
  readonly category: string;
  readonly when: string;
  /** Days as `2026-11-25`, both included. Only where `when` is `between`. */
  readonly from: string;
  readonly to: string;
}

export const noWish: Wish = { type: '', category: '', when: '', from: '', to: '' };

/** Stretches of time that end now, by name. */
const stretches: Readonly<Record<string, { readonly name: string; readonly length: number }>> = {
  hour: { name: 'the last hour', length: hour },
  day: { name: 'the last 24 hours', length: 24 * hour },
  week: { name: 'the last 7 days', length: 7 * 24 * hour },
  month: { name: 'the last 30 days', length: 30 * 24 * hour },
};

/** Midnight of a day in the visitor's own time, and some days later; undefined where the text is no day. */
function midnight(day: string, later = 0): number | undefined {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? [];
  if (!year) return undefined;
  const time = new Date(Number(year), Number(month) - 1, Number(date) + later).getTime();
  return time >= 0 ? time : undefined;
}

/** What the recommender is to forget; null where the form says nothing. */
export function conditionsOf({ type, category, when, from, to }: Wish, now: number): ForgetConditions | null {
  const stretch = stretches[when];
  const since = stretch ? now - stretch.length : when === 'between' ? midnight(from) : undefined;
  const until = when === 'between' ? midnight(to, 1) : undefined;
  const conditions = {
    ...(type && { type }),
    ...(category && { category }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  };
  return Object.keys(conditions).length > 0 ? conditions : null;
}

/** The lines that would go. */
export function linesMeeting(
  lines: readonly StoredInteraction[],
  { type, category, since = 0, until = Number.POSITIVE_INFINITY }: ForgetConditions,
  categoriesOf: (item: string) => readonly string[],
): StoredInteraction[] {
  return lines.filter(
    (line) =>
      (!type || line.type === type) &&
      line.time >= since &&
      line.time < until &&
      (!category || categoriesOf(line.item).includes(category)),
  );
}

const option = (value: string, name: string) => html`<option value="${value}">${name}</option>`;

/**
 * The form.
 *
 * @param kinds types with their names, most frequent first
 * @param count lines that would go; null where nothing is asked for
 */
export function sweepMarkup(
  wish: Wish,
  kinds: readonly { readonly type: string; readonly name: string }[],
  categories: readonly string[],
  count: number | null,
): Markup {
  const lines = `${count} ${count === 1 ? 'line' : 'lines'}`;
  return html`<details class="day sweep"><summary>Forget many at once</summary><div class="form">
<label>What <select name="sweep-type">${option('', 'everything')}${kinds.map(({ type, name }) => option(type, name))}</select></label>
<label>From <select name="sweep-category">${option('', 'all departments')}${categories.map((name) => option(name, name))}</select></label>
<label>When <select name="sweep-when">${option('', 'at any time')}${Object.entries(stretches).map(([value, { name }]) => option(value, name))}${option('between', 'between two days')}</select></label>
${wish.when === 'between' && html`<label>First day <input type="date" name="sweep-from"></label><label>Last day <input type="date" name="sweep-to"></label>`}
<button type="button" class="quiet danger" data-do="sweep"${!count && html` disabled`}>${count === null ? 'Choose what to forget' : count === 0 ? 'No such lines' : `Forget ${lines}`}</button></div></details>`;
}
