/** The full model: encoder, catalogue scan and blender, started once and kept warm. */
import { type OpenOptions, type Rating, RecluseError, type Status } from '../../src/contract.ts';
import { onDemand } from '../on-demand.ts';
import type { ItemRow, ItemRows, Pack } from '../pack/pack.ts';
import { type Blender, openBlender } from './blender.ts';
import { capabilities, hasAdapter } from './capabilities.ts';
import { type Encoder, openEncoder } from './encoder.ts';
import { type FullPack, hasModel } from './full-pack.ts';
import { type History, historyAt } from './history.ts';
import type { Rater, Told } from './rating.ts';
import { type RuntimeFiles, startRuntime } from './runtime.ts';
import type { Scores } from './scores.ts';
import { createScorer } from './scoring.ts';
import { evidenceOf } from './signals.ts';

/** A started model. */
export interface Model {
  /** What runs, and why. */
  readonly backend: Status['backend'];
  /**
   * Scores every item of the pack. Calls run one after the other: ONNX Runtime's sessions are not re-entrant.
   *
   * @param context `[contexts]`, see `context.ts`
   * @param pack the pack that it was started with, or that with items added; by default the former
   * @throws RecluseError `model-unavailable` where a graph fails or gives something that is not a number
   */
  score(history: History, context: Int32Array, pack?: Pack): Promise<Scores>;
  /**
   * How many stars the visitor would give these items, in their order. Its graph starts at the first call. Absent where the pack has no
   * expected ratings.
   *
   * @param told those known; only ratings count
   * @throws RecluseError `model-unavailable`
   */
  readonly rate?: (told: readonly Told[], rows: readonly ItemRow[]) => Promise<Rating[]>;
  /** Frees the sessions. ONNX Runtime's heap itself shrinks only when the worker ends. */
  release(): Promise<void>;
}

/** How to start a model. */
export interface ModelOptions {
  /** `'wasm'`: nothing else. `'auto'`: WebGPU is tried where the encoder is slow. `'webgpu'`: it is tried always. Kept only where faster. */
  readonly backend: OpenOptions['backend'];
  /** Where the runtime's own WebAssembly comes from; `webgpu` is called only where it is tried. */
  readonly files: RuntimeFiles;
}

/** Below this, in milliseconds, WebGPU's dispatch cannot win, and its 3.9 MB are not worth fetching. */
const slowEncoder = 8;

const rounded = (milliseconds: number) => `${milliseconds.toFixed(1)} ms`;
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

interface Choice {
  readonly encoder: Encoder;
  readonly provider: 'wasm' | 'webgpu';
  readonly why: string;
}

/** Gives the WebAssembly encoder or a faster one on WebGPU, and releases the one not chosen. */
async function fasterEncoder(onWasm: Encoder, pack: FullPack, options: ModelOptions): Promise<Choice> {
  const time = await onWasm.measure();
  const stay = (why: string): Choice => ({ encoder: onWasm, provider: 'wasm', why });
  if (options.backend === 'wasm')
    return stay(`WebAssembly was asked for; the encoder takes ${rounded(time)}`);
  if (options.backend === 'auto' && time <= slowEncoder)
    return stay(`the encoder takes ${rounded(time)} in WebAssembly; WebGPU is tried above ${slowEncoder} ms`);
  if (!(await hasAdapter())) return stay('there is no WebGPU adapter here');
  let onGpu: Encoder | undefined;
  try {
    const runtime = await startRuntime('webgpu', options.files);
    onGpu = await openEncoder(runtime, pack.graphs.encoder, pack.manifest, pack.rows);
    const timeOnGpu = await onGpu.measure();
    const compared = `the encoder takes ${rounded(timeOnGpu)} on WebGPU and ${rounded(time)} in WebAssembly`;
    if (timeOnGpu < time) {
      await onWasm.release();
      return { encoder: onGpu, provider: 'webgpu', why: compared };
    }
    await onGpu.release();
    return stay(compared);
  } catch (error) {
    await onGpu?.release().catch(() => undefined);
    return stay(`WebGPU failed: ${messageOf(error)}`);
  }
}

/** The first thing that is not a number would spoil a list; better no model than that. */
function requireFinite(scores: Float32Array): void {
  for (const score of scores)
    if (!Number.isFinite(score)) throw new Error('The graphs gave a score that is not a number.');
}

/** Mean of one column of a matrix whose rows lie one after the other. */
function meanOfColumn(matrix: Float32Array, column: number, columns: number): number {
  let sum = 0;
  for (let at = column; at < matrix.length; at += columns) sum += matrix[at]!;
  return (sum * columns) / matrix.length;
}

/**
 * Starts ONNX Runtime, opens the pack's graphs, runs them once and chooses the backend.
 *
 * @throws RecluseError `model-unavailable`; the linear tier is then the best there is
 */
export async function startModel(pack: Pack, options: ModelOptions): Promise<Model> {
  const unavailable = (error: unknown) =>
    error instanceof RecluseError ? error : new RecluseError('model-unavailable', messageOf(error));

  if (!hasModel(pack)) throw unavailable('This pack has no model, or not all of it has arrived.');
  if (!capabilities().simd)
    throw unavailable(
      capabilities().webAssembly
        ? 'ONNX Runtime needs SIMD instructions in WebAssembly, which this browser does not have.'
        : "WebAssembly is not allowed here; the Content-Security-Policy needs script-src 'wasm-unsafe-eval'.",
    );

  const { manifest } = pack;
  let { rows } = pack;
  let scorer = createScorer(rows);
  const partNames = manifest.blender!.parts;
  let choice: Choice;
  let blender: Blender;
  let rater: Rater | undefined;

  /** Scores with other item rows from now on: those of items that were added, behind the pack's own. */
  function use(others: ItemRows): void {
    if (others === rows) return;
    rows = others;
    scorer = createScorer(rows);
    choice.encoder.use(rows);
  }

  async function run(history: History, context: Int32Array, full: FullPack): Promise<Scores> {
    use(full.rows);
    const items = rows.scale.length;
    const evidence = evidenceOf(history, full);
    const state = await choice.encoder.encode(history, context);
    const taste = new Float32Array(items);
    if (state) scorer.score(state, taste);
    else taste.set(rows.bias);
    const { scores, parts, probabilities } = await blender.blend(history, { ...evidence.signals, taste });
    requireFinite(scores);
    if (probabilities) requireFinite(probabilities);
    const named = (values: (at: number) => number) =>
      Object.fromEntries(partNames.map((name, at) => [name, values(at)]));
    let typical: Record<string, number> | undefined;
    return {
      source: 'model',
      scores,
      ...(probabilities ? { probabilities } : {}),
      evidence,
      partsOf: (row) => named((at) => parts[row * partNames.length + at]!),
      typicalParts() {
        typical ??= named((at) => meanOfColumn(parts, at, partNames.length));
        return typical;
      },
    };
  }

  try {
    const runtime = await startRuntime('wasm', options.files);
    // Now, where the pack has them, although most pages never ask: afterwards nothing may be fetched.
    if (pack.ratings) rater = (await onDemand.rating()).createRater(runtime, pack.ratings, pack);
    blender = await openBlender(runtime, pack.graphs.blender, manifest, rows.scale.length);
    choice = await fasterEncoder(
      await openEncoder(runtime, pack.graphs.encoder, manifest, rows),
      pack,
      options,
    );
    // The first run of a session allocates; nobody should wait for that. It also shows that the graphs fit the manifest.
    await run(historyAt([], pack, 0), new Int32Array(manifest.context.length), pack);
  } catch (error) {
    throw unavailable(error);
  }

  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };

  const rating = rater;
  return {
    backend: { scoring: scorer.kind, model: choice.provider, why: choice.why },
    score: (history, context, other = pack) =>
      inTurn(() =>
        run(history, context, other as FullPack).catch((error) => {
          throw unavailable(error);
        }),
      ),
    ...(rating
      ? {
          rate: (told, rows) =>
            inTurn(() =>
              rating.rate(told, rows).catch((error) => {
                throw unavailable(error);
              }),
            ),
        }
      : {}),
    release: () =>
      inTurn(async () => {
        await choice.encoder.release();
        await blender.release();
        await rating?.release();
      }),
  };
}
