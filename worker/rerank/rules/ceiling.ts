/** Caps and shares at most: how many items of a kind a list may hold. */
import type { CapRule, ShareRule } from '../../../src/contract.ts';
import type { ItemRow, Pack } from '../../pack/pack.ts';
import { groupsBy } from '../columns.ts';
import { conditionOf } from '../condition.ts';
import { unknownAttribute } from './unknown-attribute.ts';

/** At most so many items of each group. */
export interface Ceiling {
  /** -1 where the item is not counted. */
  readonly groupOf: (row: ItemRow) => number;
  /** Of a list with so many places. */
  readonly most: (places: number) => number;
}

/** Categories at one level; an item whose own is not so deep counts under its narrowest. */
function categoriesAt(level: number | undefined, { categories, priors }: Pack): (row: ItemRow) => number {
  if (!priors) return () => -1;
  const { leaf } = priors;
  if (level === undefined) return (row) => leaf[row]!;
  const depths: number[] = [];
  const groups = categories.map(({ parent }, index) => {
    depths[index] = parent === -1 ? 0 : depths[parent]! + 1;
    let at = index;
    while (depths[at]! > level) at = categories[at]!.parent;
    return at;
  });
  return (row) => groups[leaf[row]!]!;
}

/** @throws RecluseError `invalid-argument` or `catalogue-missing` for an attribute that is not there */
function groupsOf(attribute: string, level: number | undefined, pack: Pack, field: string) {
  if (attribute === 'category') return categoriesAt(level, pack);
  return groupsBy(attribute, pack) ?? unknownAttribute(attribute, `${field}.attribute`, pack);
}

/** Rounded, so that a tenth of thirty is three. */
const shareOf = (share: number, places: number) => Math.floor(share * places + 1e-9);

/** @param field of the rule, for errors */
export function ceilingOf(rule: CapRule | ShareRule, pack: Pack, field: string): Ceiling {
  const { attribute, where, level } = rule;
  const holds = conditionOf(where, pack, `${field}.where`);
  const groupOf = attribute === undefined ? () => 0 : groupsOf(attribute, level, pack, field);
  return {
    groupOf: where ? (row) => (holds(row) ? groupOf(row) : -1) : groupOf,
    most: rule.kind === 'cap' ? () => rule.most : (places) => shareOf(rule.most!, places),
  };
}
