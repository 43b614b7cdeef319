/** Which rules count for a list, from wherever they come; and the machinery that follows them, loaded when the first one does. */
import type { Rule } from '../src/contract.ts';
import { momentOf } from './moment-of.ts';
import type { Pack } from './pack/pack.ts';
import { needsCatalogue } from './rerank/condition.ts';
import type { ActiveRule, AppliedRules } from './rerank/rules/applied.ts';

/** Rules of one origin. */
export interface Origin {
  readonly rules: readonly Rule[];
  /** What the list of rules is called, for errors. */
  readonly field: string;
}

/**
 * The rules that count at a moment in a place, those that go before first.
 *
 * @param origins of equal priority, those of earlier origins go before
 * @param now milliseconds since 1970
 */
export function activeRules(origins: readonly Origin[], placement: string, now: number): ActiveRule[] {
  return origins
    .flatMap(({ rules, field }) =>
      rules.map((rule, place) => ({
        rule,
        name: rule.name ?? `${rule.kind}-${place}`,
        field: `${field}[${place}]`,
      })),
    )
    .filter(({ rule: { from, until, placements }, field }) => {
      if (from !== undefined && now < momentOf(from, `${field}.from`)) return false;
      if (until !== undefined && now >= momentOf(until, `${field}.until`)) return false;
      return placements === undefined || placements.includes(placement);
    })
    .sort((one, other) => (other.rule.priority ?? 0) - (one.rule.priority ?? 0));
}

/** Whether a rule can only be followed with the pack's catalogue. */
export function ruleNeedsCatalogue({ rule }: ActiveRule): boolean {
  const attribute = 'attribute' in rule ? rule.attribute : undefined;
  return needsCatalogue(rule.where) || (attribute !== undefined && attribute !== 'category');
}

/** Compiles rules for a pack; undefined where there are none. */
export async function applied(active: readonly ActiveRule[], pack: Pack): Promise<AppliedRules | undefined> {
  if (active.length === 0) return undefined;
  const { compileRules } = await import('./rerank/rules/compile.ts');
  return compileRules(active, pack);
}
