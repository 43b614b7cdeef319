/** What learning on the device costs. */

import { explored } from '../../../worker/learn/explore.ts';
import { featuresOf, size } from '../../../worker/learn/features.ts';
import { learn, nothingLearned } from '../../../worker/learn/feedback.ts';
import { posteriorOf } from '../../../worker/learn/posterior.ts';
import { defaultSettings } from '../../../worker/learn/settings.ts';
import { clockAt } from '../../../worker/model/context.ts';
import type { Pack, Priors } from '../../../worker/pack/pack.ts';
import { type Times, timed } from './times.ts';

/** Feedbacks that are timed together: one is too short for any clock. */
const together = 100;

/** Times one feedback, what a list needs, and what places that try something need. */
export async function timedLearning(
  pack: Pack & { readonly priors: Priors },
  now: number,
): Promise<Record<string, Times>> {
  const features = featuresOf(pack);
  const learned = nothingLearned(size);
  const into = new Float64Array(size);
  const at = (item: string) => {
    features.of(pack.rowOf.get(item)!, clockAt(now), into);
    return into;
  };
  let seq = 0;
  function feedback() {
    seq++;
    const item = pack.ids[seq % pack.ids.length]!;
    const type = seq % 10 === 0 ? 'click' : 'impression';
    const one = { type, item, list: String(seq), position: seq % 20, seq, id: '', time: now };
    learn(learned, one, at, defaultSettings);
  }
  const posterior = () => posteriorOf(learned.sums, defaultSettings);
  const oneFeedback = await timed(feedback, { together });
  const each = Array.from({ length: 50 }, (_, row) => {
    const own = new Float64Array(size);
    features.of(row, clockAt(now), own);
    return own;
  });
  const choices = {
    scores: Float32Array.from({ length: 50 }, (_, row) => 1 - row / 50),
    featuresOf: (candidate: number) => each[candidate]!,
    worth: 0.3,
  };
  const known = posterior();
  return {
    'learn: one feedback, 32 dimensions': oneFeedback,
    'learn: what a list needs': await timed(() => features.expected(posterior().mean, clockAt(now))),
    'learn: Thompson sampling, 10 places of 50': await timed(() =>
      explored(choices, known, 'thompson', 0.2, 10, Math.random),
    ),
    'learn: the items of a pack, once': await timed(() => featuresOf(pack)),
  };
}
