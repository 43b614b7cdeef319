/** What the shop's app has said of its items since the pack was made. Loaded when it first says something. */
import type { AddOptions, ItemUpdates, NewItem, UpdateOptions } from '../../src/contract.ts';
import type { Pack } from '../pack/pack.ts';
import { withItems } from './added-items.ts';
import { checkNewItems, checkUpdates } from './check-shop.ts';
import { type Override, overriddenBy, withOverrides } from './overrides.ts';

/** What was said, as one value; nobody changes one that exists. */
export interface Stock {
  readonly overrides: ReadonlyMap<string, Override>;
  readonly added: ReadonlyMap<
    string,
    { readonly item: NewItem; readonly keep: boolean; readonly since: number }
  >;
}

/** What is kept on the device. */
interface Kept {
  readonly version: 1;
  readonly overrides: readonly (readonly [string, Override])[];
  readonly added: readonly { readonly item: NewItem; readonly since: number }[];
}

export const nothingSaid: Stock = { overrides: new Map(), added: new Map() };

/**
 * @param pack the version that serves
 * @throws RecluseError `invalid-argument`
 */
export function updated(
  stock: Stock,
  changes: unknown,
  { untilNextPack }: UpdateOptions,
  pack: string,
): Stock {
  checkUpdates(changes);
  const overrides = new Map(stock.overrides);
  let { added } = stock;
  for (const [id, update] of Object.entries<ItemUpdates[string]>(changes)) {
    const override = overriddenBy(overrides.get(id), update, untilNextPack ? pack : undefined);
    if (override) overrides.set(id, override);
    else overrides.delete(id);
    if (update === null && added.has(id)) added = new Map([...added].filter(([one]) => one !== id));
  }
  return { overrides, added };
}

/**
 * @param now milliseconds since 1970
 * @throws RecluseError `invalid-argument`
 */
export function withAdded(stock: Stock, items: unknown, { keep = false }: AddOptions, now: number): Stock {
  checkNewItems(items);
  const added = new Map(stock.added);
  for (const item of items) added.set(item.id, { item, keep, since: now });
  return { ...stock, added };
}

/** Packs with items added. A price changes often; what stands for a new item does not. */
const grown = new WeakMap<Pack, { added: Stock['added']; pack: Pack }>();

function grownBy(added: Stock['added'], pack: Pack): Pack {
  const known = grown.get(pack);
  if (known?.added === added) return known.pack;
  const items = [...added.values()].map(({ item, since }) => ({ ...item, since }));
  const made = withItems(pack, items);
  grown.set(pack, { added, pack: made });
  return made;
}

/** The pack as the shop says it is now. */
export const over = (pack: Pack, { overrides, added }: Stock): Pack =>
  withOverrides(grownBy(added, pack), overrides);

/** What lasts, as bytes; undefined where nothing does. */
export function bytesOf({ overrides, added }: Stock): Uint8Array<ArrayBuffer> | undefined {
  const kept: Kept = {
    version: 1,
    overrides: [...overrides],
    added: [...added.values()].filter(({ keep }) => keep).map(({ item, since }) => ({ item, since })),
  };
  if (kept.overrides.length === 0 && kept.added.length === 0) return undefined;
  return new TextEncoder().encode(JSON.stringify(kept)) as Uint8Array<ArrayBuffer>;
}

/**
 * What is kept, with the items that this page added for itself.
 *
 * @param kept undefined where nothing is
 * @param own what holds on this page
 */
export function stockWith(kept: Uint8Array | undefined, own?: Stock): Stock {
  const { overrides, added } = kept ? stockFrom(kept) : nothingSaid;
  const fleeting = [...(own?.added ?? [])].filter(([, { keep }]) => !keep);
  return { overrides, added: new Map([...added, ...fleeting]) };
}

/** What an earlier visit kept; nothing where it cannot be read. */
export function stockFrom(bytes: Uint8Array): Stock {
  try {
    const { version, overrides, added } = JSON.parse(new TextDecoder().decode(bytes)) as Kept;
    if (version !== 1) return nothingSaid;
    for (const [id, { available, price }] of overrides)
      checkUpdates({ [id]: { available: available ?? null, price: price ?? null } });
    checkNewItems(added.map(({ item }) => item));
    return {
      overrides: new Map(overrides),
      added: new Map(
        added.map(({ item, since }) => [item.id, { item, since: Number(since) || 0, keep: true }]),
      ),
    };
  } catch {
    return nothingSaid;
  }
}
