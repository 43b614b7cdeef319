/** The stages in their order, and what each of them did. */
import type { RankedList } from '../../src/contract.ts';
import { candidates } from './candidates.ts';
import { mode } from './mode.ts';
import { page } from './page.ts';
import type { Moment, Ranking, Stage } from './ranking.ts';
import { arrange, boost, bury, rules } from './rules/stages.ts';
import { score } from './score.ts';

/** Stage: not ten of the same; see `diversify.ts`, which is loaded with the first list that wants it. */
const diversify: Stage = (ranking, moment) => {
  const { diversity, calibration } = moment.wanted;
  return diversity === 0 && calibration === 0 ? ranking : moment.refinements!.diversify(ranking, moment);
};

/** Stage: what is new goes up; see `newness.ts`. */
const newness: Stage = (ranking, moment) =>
  moment.wanted.newness === 0 ? ranking : moment.refinements!.newness(ranking, moment);

/** Stage: what was shown and passed over goes down; see `rotate.ts`. */
const rotate: Stage = (ranking, moment) =>
  moment.wanted.rotation === 0 ? ranking : moment.refinements!.rotate(ranking, moment);

/** Stage: some places try something, where the app asks for that. */
const explore: Stage = (ranking, moment) => moment.trying?.stage(ranking, moment) ?? ranking;

/** What a list goes through, in order. */
export const stages = {
  candidates,
  rules,
  score,
  mode,
  newness,
  boost,
  rotate,
  diversify,
  explore,
  bury,
  arrange,
  page,
} satisfies Record<string, Stage>;

export type StageName = keyof typeof stages;

/** The ranking after each stage. */
export type Trace = Readonly<Record<StageName, Ranking>>;

/** In order. */
export const stageNames = Object.keys(stages) as StageName[];
const nothing: Ranking = { rows: new Int32Array(), scores: new Float32Array() };

/** Runs all stages. The same moment gives the same trace. */
export function rank(moment: Moment): Trace {
  let ranking = nothing;
  const trace: Partial<Record<StageName, Ranking>> = {};
  for (const name of stageNames) {
    ranking = stages[name](ranking, moment);
    trace[name] = ranking;
  }
  return trace as Trace;
}

/** Whether there was more than the page took, or than rules let into it; an empty page never was, so that whoever turns pages comes to an end. */
export function goesOn(trace: Trace): boolean {
  const shown = trace.page.rows.length;
  return shown > 0 && trace.bury.rows.length > shown;
}

/** Which stage is to blame for a list shorter than asked for; undefined where it is not. */
export function shortness(trace: Trace, { wanted }: Moment): RankedList['short'] {
  if (trace.page.rows.length >= wanted.limit) return undefined;
  const offered = wanted.candidates.length;
  const admitted = trace.candidates.rows.length;
  if (admitted < Math.min(wanted.limit, offered)) return 'filter';
  const allowed = trace.rules.rows.length;
  if (allowed < Math.min(wanted.limit, admitted)) return 'rules';
  if (trace.mode.rows.length < Math.min(wanted.limit, allowed)) return 'mode';
  if (trace.arrange.rows.length < Math.min(wanted.limit, trace.bury.rows.length)) return 'rules';
  return 'catalogue';
}
