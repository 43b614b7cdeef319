/** What the app says of items, checked where it enters the worker. */
import type { ItemUpdates, NewItem } from '../../src/contract.ts';
import { isPlainObject, refuse } from '../check-condition.ts';

const mostEntries = 100_000;
const mostNewItems = 10_000;
const mostAttributes = 50;
const deepestCategory = 10;
const longestText = 1000;
/** No price is higher. */
const highest = 1e12;

const text = (value: unknown, field: string) => {
  if (typeof value !== 'string' || value === '' || value.length > longestText)
    refuse(field, `a text of 1 to ${longestText} characters`);
};
const price = (value: unknown, field: string) => {
  if (!(Number.isFinite(value) && (value as number) >= 0 && (value as number) <= highest))
    refuse(field, `a number from 0 to ${highest}`);
};

function checkKnown(value: Record<string, unknown>, known: readonly string[], field: string): void {
  for (const name of Object.keys(value))
    if (!known.includes(name))
      refuse(`${field}.${name}`, `left out: the known fields are ${known.join(', ')}`);
}

/** @throws RecluseError `invalid-argument`, as `updates.sku-1.price` */
export function checkUpdates(value: unknown): asserts value is ItemUpdates {
  if (!isPlainObject(value)) refuse('updates', 'an object from item ids to what is otherwise');
  const entries = Object.entries(value);
  if (entries.length > mostEntries) refuse('updates', `of at most ${mostEntries} items`);
  for (const [id, update] of entries) {
    text(id, 'an id in updates');
    if (update === null) continue;
    const field = `updates.${id.slice(0, 50)}`;
    if (!isPlainObject(update)) refuse(field, 'an object or null');
    checkKnown(update, ['available', 'price'], field);
    const { available, price: amount } = update;
    if (available !== undefined && available !== null && typeof available !== 'boolean')
      refuse(`${field}.available`, 'true, false or null');
    if (amount !== undefined && amount !== null) price(amount, `${field}.price`);
  }
}

/** @throws RecluseError `invalid-argument`, as `items[0].categories` */
export function checkNewItems(value: unknown): asserts value is NewItem[] {
  if (!Array.isArray(value) || value.length > mostNewItems)
    refuse('items', `a list of at most ${mostNewItems} items`);
  for (const [place, item] of value.entries()) {
    const field = `items[${place}]`;
    if (!isPlainObject(item)) refuse(field, 'an object');
    checkKnown(item, ['id', 'title', 'categories', 'brand', 'price', 'attributes'], field);
    text(item.id, `${field}.id`);
    text(item.title, `${field}.title`);
    const { categories, attributes } = item;
    if (!Array.isArray(categories) || categories.length === 0 || categories.length > deepestCategory)
      refuse(`${field}.categories`, `a list of 1 to ${deepestCategory} names, from broad to narrow`);
    for (const [level, name] of categories.entries()) text(name, `${field}.categories[${level}]`);
    if (item.brand !== undefined) text(item.brand, `${field}.brand`);
    if (item.price !== undefined) price(item.price, `${field}.price`);
    if (attributes === undefined) continue;
    if (!isPlainObject(attributes) || Object.keys(attributes).length > mostAttributes)
      refuse(`${field}.attributes`, `an object of at most ${mostAttributes} attributes`);
    for (const [name, one] of Object.entries(attributes)) {
      text(name, `a name in ${field}.attributes`);
      if (typeof one === 'string' ? one.length > longestText : !Number.isFinite(one))
        refuse(`${field}.attributes.${name.slice(0, 50)}`, 'a text or a finite number');
    }
  }
}
