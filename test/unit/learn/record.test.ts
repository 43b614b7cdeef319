import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { learn, mostShown, nothingLearned } from '../../../worker/learn/feedback.ts';
import { learnedIn, recordOf } from '../../../worker/learn/record.ts';
import { defaultSettings } from '../../../worker/learn/settings.ts';
import { randomFrom } from '../support/synthetic-pack.ts';

const size = 32;

/** What years of looking at lists leave behind. */
function learnedLong() {
  const random = randomFrom(1);
  const learned = nothingLearned(size);
  const features = new Float64Array(size);
  for (let seq = 1; seq <= 5000; seq++) {
    const item = `${'a long id '.repeat(50)}${Math.floor(random() * 900)}`;
    for (let d = 0; d < size; d++) features[d] = 2 * random() - 1;
    const type = random() < 0.9 ? 'impression' : 'click';
    const list = `${'a long list '.repeat(50)}${Math.floor(seq / 12)}`;
    const one = { type, item, list, position: seq % 12, seq, id: '', time: 0 };
    learn(learned, one, () => features, defaultSettings);
  }
  return learned;
}

describe('what is kept of what was learned', () => {
  const learned = learnedLong();
  const kept = JSON.parse(JSON.stringify(recordOf(learned, 'basis')));

  test('is below 30 kB as JSON, however long was learned and however long ids are', () => {
    expect(learned.shown).toHaveLength(mostShown);
    expect(JSON.stringify(kept).length).toBeLessThan(30_000);
  });

  test('is the same when it is read again, to the last bit', () => {
    expect(learnedIn(kept, 'basis', size)).toEqual(learned);
  });

  test('is not read where it was made of other features, with other settings, or by another version', () => {
    expect(learnedIn(kept, 'another basis', size)).toBeUndefined();
    expect(learnedIn({ ...kept, version: 2 }, 'basis', size)).toBeUndefined();
    expect(learnedIn(kept, 'basis', 16)).toBeUndefined();
  });

  test('is not read where it is damaged, whatever the damage, and never throws', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(kept)), fc.anything(), (name, damage) => {
        const read = learnedIn({ ...kept, [name]: damage }, 'basis', size);
        const numeric = ['seq', 'seen', 'feedback'].includes(name) && Number.isFinite(damage);
        const empty = name === 'shown' && Array.isArray(damage) && damage.length === 0;
        if (read) expect(numeric || empty || damage === kept[name]).toBe(true);
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.anything(), (anything) => {
        expect(learnedIn(anything, 'basis', size)).toBeUndefined();
      }),
    );
  });
});
