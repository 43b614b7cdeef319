/** How reasons, days and bytes are said to a shopper. */
import type { Due, Reason } from 'recluse';
import type { Catalogue } from './catalogue.ts';
import { plainName } from './label.ts';

const minute = 60 * 1000;
const hour = 60 * minute;
const day = 24 * hour;

/** "3 days", "1 day". */
export const days = (count: number): string => {
  const whole = Math.max(0, Math.round(count));
  return whole === 1 ? '1 day' : `${whole} days`;
};

/** "today", "yesterday", "11 days ago". */
export function ago(count: number): string {
  const whole = Math.max(0, Math.round(count));
  return whole === 0 ? 'today' : whole === 1 ? 'yesterday' : `${whole} days ago`;
}

/** "about every 9 days, last 11 days ago" */
export const rhythm = ({ times, interval, daysSince }: Due): string =>
  times > 1
    ? `about every ${days(Math.max(1, interval))}, last ${ago(daysSince)}`
    : `bought once, ${ago(daysSince)}`;

/** One amber half-line for a card: "because of coffee". Empty where the reason says nothing of this visitor. */
export function shortReason(reason: Reason | undefined, catalogue: Catalogue): string {
  switch (reason?.kind) {
    case 'because': {
      const cause = catalogue.get(reason.item);
      return cause ? `because of ${plainName(cause)}` : '';
    }
    case 'habit':
      return reason.times > 1 ? `about every ${days(Math.max(1, reason.interval))}` : '';
    case 'category':
      return `you like ${reason.category.toLowerCase()}`;
    default:
      return '';
  }
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

const deeds: Readonly<Record<string, string>> = {
  click: 'opened',
  share: 'shared',
  hide: 'hid',
  search: 'searched for',
  impression: 'saw',
  'cart-removal': 'took out of the basket',
  purchase: 'bought',
  cart: 'put in the basket',
  view: 'looked at',
  like: 'liked',
  dislike: 'did not want',
  rating: 'rated',
};

/** "bought", "looked at", ... for an event type. */
export const deed = (type: string): string => deeds[type] ?? type;

/** A whole sentence for the list of reasons. */
export function longReason(reason: Reason, catalogue: Catalogue, now: number): string {
  switch (reason.kind) {
    case 'because': {
      const name = catalogue.get(reason.item)?.title ?? 'something that is no longer sold';
      return `You ${deed(reason.type)} ${name} ${ago((now - reason.time) / day)} (${percent(reason.share)} of the reasons).`;
    }
    case 'habit':
      return reason.times > 1
        ? `You buy it about every ${days(Math.max(1, reason.interval))}; the last time was ${ago(reason.daysSince)}.`
        : `You bought it once, ${ago(reason.daysSince)}.`;
    case 'category':
      return `You often choose ${reason.category.toLowerCase()} (${percent(reason.share)} of the reasons).`;
    case 'learned':
      return `What you took from shelves like this, and passed over (${percent(reason.share)} of the reasons).`;
    case 'explored':
      return 'A try: the shop wants to find out whether you like it.';
    default:
      return 'Many people have bought it lately.';
  }
}

const partNames: Readonly<Record<string, string>> = {
  taste: 'your taste',
  together: 'bought together',
  habit: 'your habits',
  affinity: 'your aisles',
  popularity: 'popular',
  recent: 'popular lately',
  learned: 'learned here',
};

/** A score's part in words. */
export const partName = (name: string): string => partNames[name] ?? name;

/** "0 bytes", "640 bytes", "12 kB", "1.4 MB" */
export function bytes(count: number): string {
  if (count < 1000) return count === 1 ? '1 byte' : `${count} bytes`;
  if (count < 999_500) return `${Math.round(count / 1000)} kB`;
  return `${(count / 1e6).toFixed(1)} MB`;
}

/** "1.8 ms", "0.05 ms", "24 ms" */
export const milliseconds = (time: number): string =>
  `${time >= 10 ? Math.round(time) : time >= 0.095 ? time.toFixed(1) : time.toFixed(2)} ms`;

/** "made just now", "made 3 minutes ago": how old a list is. */
export const madeAgo = (time: number): string =>
  time < minute ? 'made just now' : `made ${duration(time)} ago`;

/** "3 minutes", "1 hour", "2 days" */
export function duration(time: number): string {
  const [size, unit] =
    time < hour
      ? ([minute, 'minute'] as const)
      : time < day
        ? ([hour, 'hour'] as const)
        : ([day, 'day'] as const);
  const count = Math.floor(time / size);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
