/** What the shop's app says between packs: kept on the device, laid over every pack that serves. Nothing in it is about the visitor. */
import type { AddOptions, ItemUpdates, NewItem, UpdateOptions } from '../../src/contract.ts';
import { onDemand } from '../on-demand.ts';
import type { FileCache } from '../pack/cache.ts';
import type { Pack } from '../pack/pack.ts';
import { announcer } from '../store/announce.ts';
import type { Stock } from './stock.ts';

/** The shop, as its app describes it now. */
export interface Shop {
  /** Brings back what an earlier visit kept. Never rejects. */
  restore(): Promise<void>;
  /** The pack as the shop says it is now; the same object where nothing was said. */
  over(pack: Pack): Pack;
  /**
   * Resolves when the update is kept, or holds until the page is left where the browser keeps nothing.
   *
   * @param pack the version that serves
   * @throws RecluseError `invalid-argument`
   */
  update(changes: ItemUpdates, options: UpdateOptions, pack: () => Promise<string>): Promise<void>;
  /** @throws RecluseError `invalid-argument` */
  addItems(items: readonly NewItem[], options: AddOptions): Promise<void>;
  close(): void;
}

/**
 * @param name of the recommender; other tabs that have one of this name hear what is said here
 * @param cache where it is kept
 * @param address of the pack; what is kept is kept under it
 * @param onChange the pack must be laid over again
 */
export function openShop(name: string, cache: FileCache, address: string, onChange: () => void): Shop {
  let machinery: typeof import('./stock.ts') | undefined;
  let stock: Stock | undefined;
  const key = new URL('recluse-shop.json', address).href;

  let last: Promise<unknown> = Promise.resolve();
  function turn(work: () => Promise<void>): Promise<void> {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  }

  /** One after the other; what another tab has kept meanwhile is not lost. */
  function inTurn(
    change: (now: Stock, how: typeof import('./stock.ts')) => Stock | Promise<Stock>,
  ): Promise<void> {
    const work = async () => {
      machinery ??= await onDemand.stock();
      const kept = await cache.match(key);
      const before = kept ? machinery.stockWith(kept, stock) : (stock ?? machinery.nothingSaid);
      stock = await change(before, machinery);
      const bytes = machinery.bytesOf(stock);
      if (bytes) await cache.put(key, bytes);
      else if (kept) await cache.delete(key);
      onChange();
      if (bytes || kept) others.tell('added');
    };
    return turn(work);
  }

  /** What another tab has kept holds here, too. */
  const others = announcer(`${name}:shop`, () => {
    const work = async () => {
      machinery ??= await onDemand.stock();
      stock = machinery.stockWith(await cache.match(key), stock);
      onChange();
    };
    turn(work).catch(() => undefined);
  });

  return {
    restore() {
      const work = async () => {
        const bytes = stock ? undefined : await cache.match(key);
        if (!bytes) return;
        machinery ??= await onDemand.stock();
        stock = machinery.stockWith(bytes);
      };
      return turn(work).catch(() => undefined);
    },
    over: (pack) => (stock && machinery ? machinery.over(pack, stock) : pack),
    update: (changes, options, pack) =>
      inTurn(async (now, { updated }) =>
        updated(now, changes, options, options.untilNextPack ? await pack() : ''),
      ),
    close: () => others.close(),
    addItems: (items, options) => inTurn((now, { withAdded }) => withAdded(now, items, options, Date.now())),
  };
}
