/** Which rules count for a list, from wherever they come, and how they are followed. Loaded with the first rule. */
import { RecluseError, type Rule } from '../src/contract.ts';
import { checkRules } from './check-rules.ts';
import { momentOf } from './moment-of.ts';
import type { Pack } from './pack/pack.ts';
import { needsCatalogue } from './rerank/condition.ts';
import type { ActiveRule, AppliedRules } from './rerank/rules/applied.ts';
import { compileRules } from './rerank/rules/compile.ts';

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
 * @throws RecluseError `invalid-argument`
 */
export function activeRules(origins: readonly Origin[], placement: string, now: number): ActiveRule[] {
  for (const { rules, field } of origins) checkRules(rules, field);
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

/**
 * Checks rules before they hold.
 *
 * @param pack where it is here: then also whether it has the attributes
 * @throws RecluseError `invalid-argument`, as `rules[2].where.price.lt`
 */
export function requireRight(rules: readonly Rule[], pack: Pack | undefined): void {
  checkRules(rules);
  if (pack?.catalogue)
    compileRules(
      rules.map((rule, place) => ({ rule, name: '', field: `rules[${place}]` })),
      pack,
    );
}

const usable = new WeakMap<Pack, readonly Rule[]>();

/** The pack's own rules, without those that cannot be followed: nobody here could mend them, and lists must go on. */
function packRules(pack: Pack, onProblem: (problem: RecluseError) => void): readonly Rule[] {
  const known = usable.get(pack);
  if (known) return known;
  const right = (pack.rules ?? []).filter((rule, place) => {
    try {
      requireRight([rule], pack);
      return true;
    } catch (error) {
      const { message } = error as RecluseError;
      onProblem(
        new RecluseError('pack-damaged', `Rule ${place} of the pack cannot be followed: ${message}`, {
          place,
        }),
      );
      return false;
    }
  });
  usable.set(pack, right);
  return right;
}

/**
 * Compiles what counts for one list; undefined where nothing does.
 *
 * @param own the request's, then the app's
 * @param whole gives the pack with its catalogue; asked only where a rule needs that
 * @param onProblem told of rules of the pack that cannot be followed
 * @throws RecluseError `invalid-argument`, `catalogue-missing`
 */
export async function followedBy(
  own: readonly (readonly Rule[])[],
  placement: string,
  now: number,
  pack: Pack,
  whole: () => Promise<Pack>,
  onProblem: (problem: RecluseError) => void,
): Promise<{ pack: Pack; rules: AppliedRules | undefined }> {
  const activeIn = (of: Pack) =>
    activeRules(
      [
        ...own.map((rules) => ({ rules, field: 'rules' })),
        { rules: packRules(of, onProblem), field: 'pack.rules' },
      ],
      placement,
      now,
    );
  let here = pack;
  let active = activeIn(here);
  if (active.some(ruleNeedsCatalogue) && !pack.catalogue) {
    here = await whole();
    active = activeIn(here);
  }
  return { pack: here, rules: active.length > 0 ? compileRules(active, here) : undefined };
}
