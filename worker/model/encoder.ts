/** The encoder: history and context in, user state out; step 1 of "Tier `model`" in `docs/model.md`. */
import type { ItemRows, Manifest } from '../pack/pack.ts';
import { emptySequence, readSequence } from './features/sequence.ts';
import type { History } from './history.ts';
import { namedInputs, type Runtime } from './runtime.ts';

/** One session of the encoder's graph. One run at a time. */
export interface Encoder {
  /**
   * @param context `[contexts]`, see `context.ts`
   * @returns the user state `[size]`, or null where the history has nothing that the encoder sees
   */
  encode(history: History, context: Int32Array): Promise<Float32Array | null>;
  /** Takes these rows from now on: those of the same pack, and of items that were added to it. */
  use(rows: ItemRows): void;
  /** Runs it a few times and gives the median in milliseconds. */
  measure(): Promise<number>;
  release(): Promise<void>;
}

const measuredRuns = 9;

/** Opens a session; its inputs are allocated here, once. */
export async function openEncoder(
  runtime: Runtime,
  graph: Uint8Array,
  manifest: Manifest,
  given: ItemRows,
): Promise<Encoder> {
  let rows = given;
  const { events, size } = manifest.encoder!;
  const items = new Float32Array(events * size);
  const sequence = emptySequence(events);
  const { types, ages, values, mask } = sequence;
  const contexts = new Int32Array(manifest.context.length);

  const session = await runtime.open(graph);
  const { Tensor } = runtime;
  const inputs = namedInputs(session, {
    items: new Tensor('float32', items, [1, events, size]),
    types: new Tensor('int32', types, [1, events]),
    ages: new Tensor('float32', ages, [1, events]),
    values: new Tensor('float32', values, [1, events]),
    mask: new Tensor('float32', mask, [1, events]),
    context: new Tensor('int32', contexts, [1, contexts.length]),
  });

  /** Fills the inputs; gives the number of events. */
  function fill(history: History): number {
    const found = readSequence(history, manifest, sequence);
    items.fill(0, 0, (events - found) * size);
    for (let at = events - found; at < events; at++) {
      const row = sequence.rows[at]!;
      const scale = rows.scale[row]!;
      for (let d = 0; d < size; d++) items[at * size + d] = scale * rows.row[row * size + d]!;
    }
    return found;
  }

  async function run(): Promise<Float32Array> {
    const { state } = await session.run(inputs);
    return state!.data as Float32Array;
  }

  return {
    async encode(history, context) {
      contexts.set(context);
      return fill(history) === 0 ? null : run();
    },
    use(others) {
      rows = others;
    },
    async measure() {
      mask.fill(0);
      await run();
      const times: number[] = [];
      for (let round = 0; round < measuredRuns; round++) {
        const start = performance.now();
        await run();
        times.push(performance.now() - start);
      }
      return times.sort((a, b) => a - b)[measuredRuns >> 1]!;
    },
    release: () => session.release(),
  };
}
