/**
 * A pack as the rest of the worker sees it: verified, decoded, one object a moment.
 *
 * The files of a pack arrive tier by tier (items and popular, then priors and linear, then the catalogue, then rows and
 * graphs, then expected ratings). Each arrival makes a new `Pack`; no pack ever changes. A part that has not arrived (or that the
 * site does not ship) is absent. Every number in here was checked: array lengths against the item count, rows against their
 * range, scales for being finite. Readers need not check again.
 */
import type { Rule } from '../../src/contract.ts';
import type { Manifest } from './manifest.generated.ts';

export type { Manifest };

/** An item's index in the pack, from 0 to `manifest.items.count - 1`. */
export type ItemRow = number;

/** One node of the category tree. */
export interface PackCategory {
  readonly name: string;
  /** Index into `Pack.categories`, -1 at the top. Always smaller chains: following parents ends. */
  readonly parent: number;
}

/** Precomputed lists of rows, best first. */
export interface Popular {
  readonly overall: Int32Array;
  readonly recent: Int32Array;
  /** By index into `Pack.categories`. */
  readonly categories: ReadonlyMap<number, Int32Array>;
  /** What people of one kind take: by the name of a context, then by its value. Absent where the pack has no such lists. */
  readonly segments?: ReadonlyMap<string, ReadonlyMap<string, Int32Array>>;
}

/** `[items]` each; defined under "Priors" in `docs/model.md`. */
export interface Priors {
  readonly popularity: Float32Array;
  readonly recent: Float32Array;
  /** Usual days between two purchases by one visitor. */
  readonly interval: Float32Array;
  readonly repeat: Float32Array;
  /** Index into `Pack.categories` of the item's narrowest category. */
  readonly leaf: Uint16Array;
  /** Day (since 1970, UTC) on which the item was created or first seen, 0 where unknown; absent where nothing is known. */
  readonly since?: Uint16Array;
}

/** The sparse signed item-to-item matrix, stored by source; see "Item-to-item evidence" in `docs/model.md`. */
export interface LinearMatrix {
  /** `[items]`, one a target. */
  readonly scale: Float32Array;
  /** `[items + 1]` */
  readonly offset: Uint32Array;
  /** `[entries]` rows, ascending within a source. */
  readonly target: Uint16Array | Uint32Array;
  /** `[entries]` */
  readonly weight: Int8Array;
}

/** Item rows of the full model: row `j` is `scale[j] * row[j * size .. (j + 1) * size]`. */
export interface ItemRows {
  /** `[items]` */
  readonly scale: Float32Array;
  /** `[items]` */
  readonly bias: Float32Array;
  /** `[items * size]`, row after row. */
  readonly row: Int8Array;
}

/** The ONNX graphs of the full model, as files. */
export interface Graphs {
  /** For WebAssembly and WebGPU alike; computes in float32. */
  readonly encoder: Uint8Array;
  readonly blender: Uint8Array;
}

/** What expected ratings are made of; see "Expected rating" in `docs/model.md`. */
export interface RatingTable {
  /** `[items]` */
  readonly bias: Float32Array;
  /** `[items * (2 * factors + 3)]`, row after row. */
  readonly row: Int8Array;
  /** ONNX, as a file. */
  readonly graph: Uint8Array;
}

/** Display data, columns of equal length `[items]`; null where an item has no such value. */
export interface Catalogue {
  readonly title: readonly string[];
  readonly price?: readonly (number | null)[];
  readonly brand?: readonly (string | null)[];
  readonly attributes?: Readonly<Record<string, readonly (string | number | null)[]>>;
}

/** A verified pack, as far as it has arrived. */
export interface Pack {
  readonly manifest: Manifest;
  /** `[items]`, by row. */
  readonly ids: readonly string[];
  readonly rowOf: ReadonlyMap<string, ItemRow>;
  readonly categories: readonly PackCategory[];
  readonly popular: Popular;
  readonly priors?: Priors;
  readonly linear?: LinearMatrix;
  readonly rows?: ItemRows;
  readonly graphs?: Graphs;
  readonly ratings?: RatingTable;
  readonly catalogue?: Catalogue;
  /** What the shop wants of every list. Their fields are looked at when they are first followed. */
  readonly rules?: readonly Rule[];
  /** Rows that the shop says are not to be had: in no list but those that the app brings itself. */
  readonly unavailable?: ReadonlySet<ItemRow>;
}
