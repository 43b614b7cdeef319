/** Rules compiled for one pack and one list. Loaded only where there are rules. */
import type { BoostRule, Reason } from '../../../src/contract.ts';
import type { Pack } from '../../pack/pack.ts';
import { conditionOf, type Predicate } from '../condition.ts';
import type { ActiveRule, AppliedRules } from './applied.ts';
import { arranged } from './arrange.ts';
import { boosted } from './boost.ts';
import { buried } from './bury.ts';
import { ceilingOf } from './ceiling.ts';
import { filtered } from './filter.ts';
import { floorOf } from './floor.ts';
import { pinOf } from './pin.ts';

type Named = { readonly name: string; readonly holds: Predicate };

/** What the reasons of an item say of a rule. */
const reason = (rule: string, what: string): Reason => ({ kind: 'rule', rule, text: `${what} (${rule})` });

/**
 * Compiles rules, once a list.
 *
 * @param active those that go before first
 * @throws RecluseError `invalid-argument` for an attribute that the pack does not have or that is asked for as what it is not, `catalogue-missing`
 * where only the catalogue could tell; `details.field` says where, for example `rules[2].where.price.lt`
 */
export function compileRules(active: readonly ActiveRule[], pack: Pack): AppliedRules {
  const filters: Predicate[] = [];
  const boosts: (Named & Pick<BoostRule, 'by'>)[] = [];
  const buries: Named[] = [];
  const arranging = {
    pins: [] as ReturnType<typeof pinOf>[],
    ceilings: [] as ReturnType<typeof ceilingOf>[],
    floors: [] as ReturnType<typeof floorOf>[],
  };
  for (const { rule, name, field } of active) {
    const holds = () => conditionOf(rule.where, pack, `${field}.where`);
    if (rule.kind === 'filter') filters.push(holds());
    else if (rule.kind === 'boost') boosts.push({ name, holds: holds(), by: rule.by });
    else if (rule.kind === 'bury') buries.push({ name, holds: holds() });
    else if (rule.kind === 'pin') arranging.pins.push(pinOf(rule, name, pack, field));
    else if (rule.kind === 'cap') arranging.ceilings.push(ceilingOf(rule, pack, field));
    else if (rule.kind === 'require') arranging.floors.push(floorOf(rule, name, pack, field));
    else {
      if (rule.most !== undefined) arranging.ceilings.push(ceilingOf(rule, pack, field));
      if (rule.least !== undefined) arranging.floors.push(floorOf(rule, name, pack, field));
    }
  }
  const buryConditions = buries.map(({ holds }) => holds);
  return {
    filters: filters.length > 0,
    filter: (ranking) => filtered(ranking, filters),
    boost: (ranking) => boosted(ranking, boosts),
    bury: (ranking) => buried(ranking, buryConditions),
    arranges: Object.values(arranging).some((rules) => rules.length > 0),
    arrange: (ranking, frame) => arranged(ranking, arranging, frame, pack),
    reasonsFor(row, arrangement) {
      const pin = arrangement?.pinned.get(row);
      const needed = arrangement?.required.get(row);
      return [
        ...(pin === undefined ? [] : [reason(pin, 'put here by the shop')]),
        ...(needed === undefined ? [] : [reason(needed, 'the list was to have some of these')]),
        ...boosts
          .filter(({ holds }) => holds(row))
          .map(({ name, by }) => reason(name, by < 0 ? 'moved down by the shop' : 'moved up by the shop')),
        ...buries.filter(({ holds }) => holds(row)).map(({ name }) => reason(name, 'moved down by the shop')),
      ];
    },
  };
}
