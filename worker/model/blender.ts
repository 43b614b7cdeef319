/** The blender: every item's signals in, every item's score and parts out; step 3 of "Tier `model`" in `docs/model.md`. */
import type { Manifest } from '../pack/pack.ts';
import { totalInteractions } from './features/total-interactions.ts';
import type { History } from './history.ts';
import { namedInputs, type Runtime } from './runtime.ts';
import { interleaver, type Signals } from './signals.ts';

/** Scores and their parts, fresh arrays. */
export interface Blend {
  /** `[items]` */
  readonly scores: Float32Array;
  /** `[items * parts]`, the parts of an item side by side. */
  readonly parts: Float32Array;
  /** `[items]`, 0 to 1; where the pack's blender is calibrated. */
  readonly probabilities?: Float32Array;
}

/** One session of the blender's graph. One run at a time. */
export interface Blender {
  blend(history: History, signals: Signals & { readonly taste: Float32Array }): Promise<Blend>;
  release(): Promise<void>;
}

type Visitor = Readonly<Record<NonNullable<Manifest['blender']>['visitor'][number], number>>;

const day = 86_400;

/** How much of a history there is; all 0 where there is none. */
export function visitorOf(history: History): Visitor {
  const { rows, ages, sums } = history;
  let oldest = 0;
  let newest = Number.POSITIVE_INFINITY;
  for (const age of ages) {
    oldest = Math.max(oldest, age);
    newest = Math.min(newest, age);
  }
  for (const age of sums?.oldest ?? []) oldest = Math.max(oldest, age);
  for (const age of sums?.newest ?? []) newest = Math.min(newest, age);
  return {
    events: totalInteractions(history),
    items: new Set([...rows, ...(sums?.rows ?? [])]).size,
    daysActive: oldest / day,
    daysIdle: Number.isFinite(newest) ? newest / day : 0,
  };
}

/** Opens a session for a pack of `items` items; its inputs are allocated here, and again only where their number changes. */
export async function openBlender(
  runtime: Runtime,
  graph: Uint8Array,
  manifest: Manifest,
  items: number,
): Promise<Blender> {
  const { block, signals: names, visitor: visitorNames, parts: partNames, probability } = manifest.blender!;
  const visitor = new Float32Array(visitorNames.length);
  const session = await runtime.open(graph);
  const { Tensor } = runtime;
  const visitorInput = new Tensor('float32', visitor, [1, visitorNames.length]);

  /** Inputs for so many items. */
  function roomFor(items: number) {
    const blocks = Math.ceil(items / block);
    // What lies beyond the last item stays 0: the padding of the last block.
    const matrix = new Float32Array(blocks * block * names.length);
    const inputs = Array.from({ length: blocks }, (_, at) =>
      namedInputs(session, {
        signals: new Tensor(
          'float32',
          matrix.subarray(at * block * names.length, (at + 1) * block * names.length),
          [1, block, names.length],
        ),
        visitor: visitorInput,
      }),
    );
    return { items, blocks, inputs, layOut: interleaver(names, matrix) };
  }
  let room = roomFor(items);

  return {
    async blend(history, signals) {
      // The shop may have added items, or taken them back.
      if (signals.taste.length !== room.items) room = roomFor(signals.taste.length);
      const { items, blocks, inputs, layOut } = room;
      layOut(signals);
      const known = visitorOf(history);
      visitorNames.forEach((name, at) => {
        visitor[at] = known[name];
      });
      const scores = new Float32Array(items);
      const parts = new Float32Array(items * partNames.length);
      const probabilities = probability && new Float32Array(items);
      for (let at = 0; at < blocks; at++) {
        const first = at * block;
        const filled = Math.min(block, items - first);
        const outputs = await session.run(inputs[at]!);
        scores.set((outputs.score!.data as Float32Array).subarray(0, filled), first);
        parts.set(
          (outputs.parts!.data as Float32Array).subarray(0, filled * partNames.length),
          first * partNames.length,
        );
        probabilities?.set((outputs.probability!.data as Float32Array).subarray(0, filled), first);
      }
      return { scores, parts, ...(probabilities ? { probabilities } : {}) };
    },
    release: () => session.release(),
  };
}
