/** The pack that the golden vectors were computed with, and their visitors. */
import type { StoredInteraction } from '../../../src/contract.ts';
import type { Manifest, Pack } from '../../../worker/pack/pack.ts';
import written from '../../golden/pack.json' with { type: 'json' };
import { manifestFor } from './synthetic-pack.ts';

const manifest: Manifest = {
  ...manifestFor(written.items.ids.length),
  ...(written.manifest as unknown as Partial<Manifest>),
};
const float = (values: number[]) => Float32Array.from(values);
/** Every part but the graphs. */
export const goldenPack = {
  manifest,
  ids: written.items.ids,
  rowOf: new Map(written.items.ids.map((id, row) => [id, row])),
  categories: written.items.categories,
  popular: {
    overall: Int32Array.from(written.popular.overall),
    recent: Int32Array.from(written.popular.recent),
    categories: new Map(
      Object.entries(written.popular.categories).map(([index, rows]) => [
        Number(index),
        Int32Array.from(rows),
      ]),
    ),
  },
  priors: {
    popularity: float(written.priors.popularity),
    recent: float(written.priors.recent),
    interval: float(written.priors.interval),
    repeat: float(written.priors.repeat),
    leaf: Uint16Array.from(written.priors.leaf),
    since: Uint16Array.from(written.priors.since),
  },
  linear: {
    scale: float(written.linear.scale),
    offset: Uint32Array.from(written.linear.offset),
    target: Uint16Array.from(written.linear.target),
    weight: Int8Array.from(written.linear.weight),
  },
  rows: {
    scale: float(written.rows.scale),
    bias: float(written.rows.bias),
    row: Int8Array.from(written.rows.row.flat()),
  },
  catalogue: { title: written.items.ids, attributes: written.items.attributes },
} satisfies Pack;

/** A visitor as the trainer wrote it down. */
export interface GoldenVisitor {
  now: number;
  interactions: { type: string; item: string; time: number; value?: number }[];
}

/** What the store would hold of a visitor. */
export const stored = ({ interactions }: GoldenVisitor): StoredInteraction[] =>
  interactions.map((one, index) => ({ ...one, seq: index + 1, id: String(index) }));
