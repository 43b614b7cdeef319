/** The encoder: history and context in, user state out; step 1 of "Tier `model`" in `docs/model.md`. */
import type { ItemRows, Manifest } from '../pack/pack.ts';
import type { History } from './history.ts';
import { namedInputs, type Runtime } from './runtime.ts';

/** One session of the encoder's graph. One run at a time. */
export interface Encoder {
  /**
   * @param context `[contexts]`, see `context.ts`
   * @returns the user state `[size]`, or null where the history has nothing that the encoder sees
   */
  encode(history: History, context: Int32Array): Promise<Float32Array | null>;
  /** Runs it a few times and gives the median in milliseconds. */
  measure(): Promise<number>;
  release(): Promise<void>;
}

/** What the attention adds where there is no event. */
const hidden = -10_000;

const measuredRuns = 9;

/** Opens a session; its inputs are allocated here, once. */
export async function openEncoder(
  runtime: Runtime,
  graph: Uint8Array,
  manifest: Manifest,
  rows: ItemRows,
): Promise<Encoder> {
  const { events, size } = manifest.encoder!;
  const items = new Float32Array(events * size);
  const types = new Int32Array(events);
  const ages = new Float32Array(events);
  const values = new Float32Array(events);
  const mask = new Float32Array(events);
  const contexts = new Int32Array(manifest.context.length);
  const tokens = manifest.eventTypes.map(({ token }) => token);

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

  /** Fills the inputs from the right, newest event last; gives the number of events. */
  function fill(history: History): number {
    items.fill(0);
    types.fill(0);
    ages.fill(0);
    values.fill(0);
    mask.fill(hidden);
    let at = events;
    for (let event = history.rows.length - 1; event >= 0 && at > 0; event--) {
      const token = tokens[history.types[event]!]!;
      if (token === 0) continue;
      at--;
      types[at] = token;
      ages[at] = history.ages[event]!;
      values[at] = history.values[event]!;
      mask[at] = 0;
      const row = history.rows[event]!;
      const scale = rows.scale[row]!;
      for (let d = 0; d < size; d++) items[at * size + d] = scale * rows.row[row * size + d]!;
    }
    return events - at;
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
