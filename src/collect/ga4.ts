/** GA4's ecommerce events, as sites push them into their dataLayer. */
import type { EventItem, ShopEvent } from './shop-event.ts';

type Fields = Readonly<Record<string, unknown>>;

/** GA4 itself takes 200 items an event. */
const mostItems = 500;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** gtag() pushes its own `arguments`; a list that somebody pushes is a command to Tag Manager and something else. */
const isGtagCall = (entry: unknown): entry is readonly unknown[] =>
  Object.prototype.toString.call(entry) === '[object Arguments]';

/**
 * What an entry of a dataLayer says: `{ event, ecommerce: { items } }`, `{ event, items }` or `gtag('event', name, { items })`.
 *
 * @returns undefined for everything else: `{ ecommerce: null }`, consent, configuration, functions
 */
export function readGa4(entry: unknown): ShopEvent | undefined {
  if (!isObject(entry)) return undefined;
  const call = isGtagCall(entry) ? entry : undefined;
  if (call && call[0] !== 'event') return undefined;
  const around = call ? call[2] : entry;
  const name = call ? call[1] : entry.event;
  if (typeof name !== 'string' || !isObject(around)) return undefined;
  const params = isObject(around.ecommerce) ? around.ecommerce : around;
  const query = params.search_term ?? around.search_term;
  return { name, items: itemsOf(params), basket: params.transaction_id, query };
}

function itemsOf(params: Fields): EventItem[] {
  const { items } = params;
  if (!Array.isArray(items)) return [];
  return items.slice(0, mostItems).flatMap((item: unknown) => {
    try {
      return isObject(item) ? [itemOf(item, params)] : [];
    } catch {
      // A getter of the site's threw: the other items may be sound.
      return [];
    }
  });
}

function itemOf(item: Fields, params: Fields): EventItem {
  const { price, quantity, index } = item;
  const given = item.item_id ?? item.id;
  const id = typeof given === 'string' || typeof given === 'number' ? String(given) : undefined;
  const list = (of: Fields) => of.item_list_id || of.item_list_name;
  return {
    raw: { source: 'dataLayer', id, data: item },
    value: price && Number(price) * Number(quantity || 1),
    quantity,
    list: list(item) || list(params),
    position: index,
  };
}
