/** What is required, and shares at least: how many items of a kind a list must hold. */
import type { RequireRule, ShareRule } from '../../../src/contract.ts';
import type { Pack } from '../../pack/pack.ts';
import { conditionOf, type Predicate } from '../condition.ts';

/** At least so many items that match. */
export interface Floor {
  readonly name: string;
  readonly holds: Predicate;
  /** Of a list with so many places. */
  readonly least: (places: number) => number;
}

/** @param field of the rule, for errors */
export function floorOf(rule: RequireRule | ShareRule, name: string, pack: Pack, field: string): Floor {
  return {
    name,
    holds: conditionOf(rule.where, pack, `${field}.where`),
    least: rule.kind === 'require' ? () => rule.least : (places) => Math.ceil(rule.least! * places - 1e-9),
  };
}
