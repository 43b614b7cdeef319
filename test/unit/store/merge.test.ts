/** One past out of two: nothing twice, nothing lost, everything in the order of time. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryStore } from '../../../worker/store/memory.ts';
import { merged, newTo, placed } from '../../../worker/store/merge.ts';
import { type Content, complete } from '../../../worker/store/store.ts';

const event = fc
  .record(
    {
      type: fc.constantFrom('purchase', 'view'),
      item: fc.constantFrom('a', 'b', 'c'),
      time: fc.integer({ min: 0, max: 30 }),
      basket: fc.constantFrom('x', 'y'),
    },
    { requiredKeys: ['type', 'item', 'time'] },
  )
  .map((one) => complete({ ...one, id: JSON.stringify(one) }, 30));
const past = fc.array(event, { maxLength: 15 });
const sums = fc.uniqueArray(
  fc.record({
    type: fc.constantFrom('purchase', 'view'),
    item: fc.constantFrom('a', 'b'),
    known: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 }),
  }),
  { selector: ({ type, item }) => type + item },
);

async function contentOf(events: Parameters<typeof placed>[1], some: object[] = []): Promise<Content> {
  const store = memoryStore();
  await store.change((content) => [
    {
      add: newTo(content, events),
      compacted: some.map((one) => ({
        ...{ count: 0, first: 1, last: 2, seq: 1, at: 30, strength: 1, interest: 1, habit: 1 },
        ...{ mean: 1, values: 0, valued: 0, rule: 'same', item: '', type: '', known: [] as number[] },
        ...one,
        ...('known' in one ? { count: (one.known as number[]).length } : {}),
      })),
    },
    0,
  ]);
  return store.content();
}

async function joined(
  content: Content,
  theirs: Content,
): Promise<{ content: Content; added: number; known: number }> {
  const store = memoryStore();
  await store.change(() => [
    { add: content.interactions, compacted: content.compacted, profile: content.profile },
    0,
  ]);
  const { added, known } = await store.change((mine) => merged(mine, theirs));
  return { content: await store.content(), added, known };
}

describe('merging', () => {
  test('twice is merging once', async () => {
    await fc.assert(
      fc.asyncProperty(past, sums, past, sums, async (mine, mySums, theirs, theirSums) => {
        const other = await contentOf(theirs, theirSums);
        const once = await joined(await contentOf(mine, mySums), other);
        const twice = await joined(once.content, other);
        expect(twice.added).toBe(0);
        expect(twice.content).toEqual(once.content);
      }),
    );
  });

  test('with oneself changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(past, sums, async (mine, mySums) => {
        const content = await contentOf(mine, mySums);
        const { content: same, added } = await joined(content, content);
        expect(added).toBe(0);
        expect(same).toEqual(content);
      }),
    );
  });

  test('loses no interaction and counts none twice', async () => {
    await fc.assert(
      fc.asyncProperty(past, past, async (mine, theirs) => {
        const [left, right] = [await contentOf(mine), await contentOf(theirs)];
        const { content, added, known } = await joined(left, right);
        expect(added + known).toBe(right.interactions.length);
        expect(content.interactions).toHaveLength(left.interactions.length + added);
        for (const one of left.interactions) expect(content.interactions).toContainEqual(one);
      }),
    );
  });
});

describe('the places of the past', () => {
  test('are distinct, and among what is in the order of time, in the order of time', () => {
    fc.assert(
      fc.property(past, past, (stored, incoming) => {
        const inOrder = [...stored].sort((left, right) => left.time - right.time);
        const before = inOrder.map((one, place) => ({ ...one, seq: place + 1 }));
        let newest = before.length;
        const all = [
          ...before,
          ...placed(before, incoming).map((one) => ({ ...one, seq: one.seq ?? ++newest })),
        ].sort((left, right) => left.seq - right.seq);
        expect(new Set(all.map(({ seq }) => seq)).size).toBe(stored.length + incoming.length);
        if (stored.length > 0)
          expect(all.map(({ time }) => time)).toEqual(all.map(({ time }) => time).sort((a, b) => a - b));
      }),
    );
  });

  test('are found however often something is put between the same two', () => {
    let stored = [
      { seq: 1, time: 0 },
      { seq: 2, time: 1e6 },
    ];
    for (let time = 1; time < 200; time++) {
      const one = { ...complete({ type: 'view', item: 'a', time }, 1e9) };
      const [found] = placed(stored, [one]);
      const seq = found!.seq ?? Math.floor(Math.max(...stored.map((other) => other.seq))) + 1;
      expect(stored.map((other) => other.seq)).not.toContain(seq);
      stored = [...stored, { seq, time }].sort((left, right) => left.seq - right.seq);
    }
  });
});
