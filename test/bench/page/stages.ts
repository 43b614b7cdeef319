/** What each stage of the pipeline costs, with everything that a request can ask for. */

import type { History } from '../../../worker/model/history.ts';
import { linearScores } from '../../../worker/model/scores.ts';
import type { LinearPack } from '../../../worker/model/signals.ts';
import { reasonsFor } from '../../../worker/rerank/explain.ts';
import { rank, type StageName, stages } from '../../../worker/rerank/pipeline.ts';
import type { Moment, Ranking } from '../../../worker/rerank/ranking.ts';
import * as refinements from '../../../worker/rerank/refine.ts';
import { compileRules } from '../../../worker/rerank/rules/compile.ts';
import { wantedOf } from '../../../worker/rerank/wanted.ts';
import { everything, rulesFor } from './everything.ts';
import { type Times, timed } from './times.ts';

/** Times every stage on what the stages before it made of the whole catalogue. */
export async function timedStages(
  pack: LinearPack,
  history: History,
  now: number,
): Promise<Record<string, Times>> {
  const rules = rulesFor(pack.categories.filter(({ parent }) => parent === -1).map(({ name }) => name));
  const moment: Moment = {
    pack,
    history,
    scores: linearScores(history, pack),
    wanted: wantedOf({ ...everything, mode: 'discover' }, pack, history),
    rules: compileRules(
      rules.map((rule, place) => ({ rule, name: `${rule.kind}-${place}`, field: `rules[${place}]` })),
      pack,
    ),
    refinements,
    now,
    random: () => 0,
  };
  const trace = rank(moment);
  const times: Record<string, Times> = {};
  let before: Ranking = { rows: new Int32Array(), scores: new Float32Array() };
  for (const name of Object.keys(stages) as StageName[]) {
    const input = before;
    times[`stage ${name}`] = await timed(() => stages[name](input, moment), { together: 5 });
    before = trace[name];
  }
  const other = { ...moment, wanted: { ...moment.wanted, diversify: 'mmr', calibration: 0 } as const };
  times['stage diversify, mmr alone'] = await timed(() => stages.diversify(trace.boost, other), {
    together: 5,
  });
  times['reasons of ten items'] = await timed(
    () => [...trace.page.rows].map((row) => reasonsFor(row, moment)),
    {
      together: 5,
    },
  );
  return times;
}
