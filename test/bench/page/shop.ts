/** What the shop's own words cost: conditions, rules, items out of stock, items that the pack does not know. */
import type { Pack } from '../../../worker/pack/pack.ts';
import { conditionOf } from '../../../worker/rerank/condition.ts';
import { compileRules } from '../../../worker/rerank/rules/compile.ts';
import { withItems } from '../../../worker/shop/added-items.ts';
import { withOverrides } from '../../../worker/shop/overrides.ts';
import { rulesFor } from './everything.ts';
import { type Times, timed } from './times.ts';

const newItems = 20;
const soldOut = 100;

/** Times each on the whole catalogue. Prices and brands are made up: the measured pack comes without its catalogue. */
export async function timedShop(pack: Pack, now: number): Promise<Record<string, Times>> {
  const named: Pack = {
    ...pack,
    catalogue: {
      title: pack.ids.map((_, row) => `Item of brand ${row % 50}, number ${row}`),
      price: pack.ids.map((_, row) => (row % 997) / 10),
      brand: pack.ids.map((_, row) => `Brand ${row % 50}`),
    },
  };
  const departments = pack.categories.filter(({ parent }) => parent === -1).map(({ name }) => name);
  const active = rulesFor(departments).map((rule, place) => ({
    rule,
    name: `${rule.kind}-${place}`,
    field: `rules[${place}]`,
  }));
  const condition = {
    price: { gte: 5, lt: 60 },
    category: departments.slice(0, 3),
    not: { brand: { in: ['Brand 1', 'Brand 2'] } },
  };
  const names = (row: number) => {
    const path: string[] = [];
    for (let at = pack.priors?.leaf[row] ?? -1; at !== -1; at = pack.categories[at]!.parent)
      path.unshift(pack.categories[at]!.name);
    return path;
  };
  const items = Array.from({ length: newItems }, (_, place) => ({
    id: `new-${place}`,
    title: `New item of brand ${place}, number ${place}`,
    categories: names((place * 97) % pack.ids.length),
    brand: `Brand ${place}`,
    since: now,
  }));
  const overrides = new Map(
    Array.from({ length: soldOut }, (_, place) => [
      pack.ids[(place * 31) % pack.ids.length]!,
      { available: false, price: 1 },
    ]),
  );
  return {
    'a condition of three parts, asked of every item': await timed(
      () => {
        const holds = conditionOf(condition, named);
        let count = 0;
        for (let row = 0; row < pack.ids.length; row++) if (holds(row)) count++;
        return count;
      },
      { together: 5 },
    ),
    'rules compiled, seven kinds': await timed(() => compileRules(active, named), { together: 5 }),
    [`update of ${soldOut} items`]: await timed(() => withOverrides(named, overrides), { together: 5 }),
    [`addItems, ${newItems} items`]: await timed(() => withItems(named, items), { runs: 30, warm: 3 }),
  };
}
