/** Past orders as a shop's export or a spreadsheet has them, made into purchases. */
import type { Interaction } from 'recluse';

/** What is wrong, in words for whoever made the file. */
export class UnreadableOrders extends Error {}

/** The columns that can be read, by what people call them. */
const columns: readonly (readonly [
  name: 'time' | 'item' | 'quantity' | 'value' | 'basket',
  pattern: RegExp,
])[] = [
  ['time', /^(date|time|day|bought|ordered)/i],
  ['item', /^(product|item|article|sku|title|name)/i],
  ['quantity', /^(quantity|qty|pieces|count|amount)/i],
  ['value', /^(price|value|paid|total|cost)/i],
  ['basket', /^(order|basket|invoice|receipt)/i],
];
const usualOrder = columns.map(([name]) => name);

/** The cells of a line; text in double quotes may hold the separator. */
function cellsOf(line: string, separator: string): string[] {
  const cells = [''];
  let quoted = false;
  for (const sign of line) {
    if (sign === '"') quoted = !quoted;
    else if (sign === separator && !quoted) cells.push('');
    else cells[cells.length - 1] += sign;
  }
  return cells.map((cell) => cell.trim());
}

function numberIn(cell: string | undefined, what: string, line: number): number | undefined {
  if (!cell) return undefined;
  // A currency's sign may stand before it.
  const number = Number(/^[^\d-]{0,4}(-?\d.*)$/.exec(cell)?.[1] ?? Number.NaN);
  if (!Number.isFinite(number) || number < 0)
    throw new UnreadableOrders(`Line ${line}: “${cell}” is no ${what}.`);
  return number;
}

/**
 * Purchases of a text: JSON (a list of interactions), or one line for each product with date, product, pieces, price and order.
 * A first line with the columns' names may put them into another order.
 *
 * @param idOf a product's id, from its id or its name; undefined where the shop has no such product
 * @throws UnreadableOrders naming the line
 */
export function pastOrders(text: string, idOf: (product: string) => string | undefined): Interaction[] {
  const trimmed = text.trim();
  if (!trimmed) throw new UnreadableOrders('There is nothing in it.');
  if (trimmed.startsWith('[')) {
    try {
      const given: unknown[] = JSON.parse(trimmed);
      return (given as Interaction[]).map((one) => ({ ...one, type: one?.type ?? 'purchase' }));
    } catch {
      throw new UnreadableOrders('It begins like JSON, and is none.');
    }
  }
  const lines = trimmed.split(/\r?\n/);
  const separator = ['\t', ';', ','].find((sign) => lines[0]!.includes(sign)) ?? ',';
  const first = cellsOf(lines[0]!, separator).map(
    (cell) => columns.find(([, pattern]) => pattern.test(cell))?.[0],
  );
  const named = first.includes('time') && first.includes('item');
  const order = named ? first : usualOrder;
  return lines.flatMap((line, place) => {
    if ((named && place === 0) || !line.trim()) return [];
    const at = place + 1;
    const cells = cellsOf(line, separator);
    const cell = (name: (typeof usualOrder)[number]) => cells[order.indexOf(name)];
    const time = Date.parse(cell('time') ?? '');
    if (!(time >= 0)) throw new UnreadableOrders(`Line ${at}: “${cell('time') ?? ''}” is no date.`);
    const product = cell('item');
    if (!product) throw new UnreadableOrders(`Line ${at}: there is no product.`);
    const quantity = numberIn(cell('quantity'), 'number of pieces', at);
    const value = numberIn(cell('value'), 'price', at);
    const basket = cell('basket');
    return {
      type: 'purchase',
      item: idOf(product) ?? product,
      time,
      ...(quantity !== undefined && { quantity }),
      ...(value !== undefined && { value }),
      ...(basket && { basket }),
    };
  });
}
