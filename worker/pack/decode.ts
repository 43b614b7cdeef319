/**
 * From a file's verified bytes to the part of a {@link Pack} that it holds, checking every length, row and number on the way.
 * These are the checks that `recluse-export verify` makes too.
 */
import type { Rule } from '../../src/contract.ts';
import type {
  Catalogue,
  ItemRows,
  LinearMatrix,
  Manifest,
  PackCategory,
  Popular,
  Priors,
  RatingTable,
} from './pack.ts';
import { type DeclaredFile, damaged, parseJson } from './verify.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** @throws RecluseError `pack-damaged` */
export function decodeItems({ manifest, file, bytes }: Part): {
  ids: string[];
  rowOf: Map<string, number>;
  categories: PackCategory[];
} {
  const { ids, categories } = objectIn(file, parseJson(file.path, bytes));
  const count = manifest.items.count;
  if (!isArrayOf(ids, isText) || ids.length !== count || ids.includes(''))
    damaged(file.path, `ids must be ${count} strings`);
  const rowOf = new Map(ids.map((id, row) => [id, row]));
  if (rowOf.size !== count) damaged(file.path, 'an id appears twice');
  if (!isArrayOf(categories, isCategory)) damaged(file.path, 'categories must be a list of { name, parent }');
  // A parent before its children: no index out of range, and no circle.
  for (const [index, { parent }] of categories.entries())
    if (parent < -1 || parent >= index)
      damaged(file.path, `the parent of category ${index} does not come before it`);
  return { ids, rowOf, categories };
}

/** @throws RecluseError `pack-damaged` */
export function decodePopular({ manifest, file, bytes }: Part, categoryCount: number): Popular {
  const { overall, recent, categories, segments } = objectIn(file, parseJson(file.path, bytes));
  const rows = (list: unknown, name: string): Int32Array => {
    const count = manifest.items.count;
    if (!isArrayOf(list, (row) => isIndex(row, count)) || new Set(list).size !== list.length)
      damaged(file.path, `${name} must be a list of different rows below ${count}`);
    return Int32Array.from(list);
  };
  return {
    overall: rows(overall, 'overall'),
    recent: rows(recent, 'recent'),
    categories: new Map(
      Object.entries(objectIn(file, categories)).map(([name, list]) => {
        const index = Number(name);
        if (!isIndex(index, categoryCount)) damaged(file.path, `there is no category ${name}`);
        return [index, rows(list, `category ${name}`)];
      }),
    ),
    ...(segments === undefined
      ? {}
      : {
          segments: new Map(
            Object.entries(objectIn(file, segments)).map(([name, lists]) => [
              name,
              new Map(
                Object.entries(objectIn(file, lists)).map(([value, list]) => [
                  value,
                  rows(list, `segment ${name} ${value}`),
                ]),
              ),
            ]),
          ),
        }),
  };
}

/** @throws RecluseError `pack-damaged` */
export function decodePriors(part: Part, categoryCount: number): Priors {
  const { manifest, file } = part;
  const shape = [manifest.items.count];
  const leaf = array(part, 'leaf', Uint16Array, shape);
  if (leaf.some((index) => index >= categoryCount))
    damaged(file.path, 'leaf names a category that is not there');
  return {
    popularity: finite(part, 'popularity', shape),
    recent: finite(part, 'recent', shape),
    interval: finite(part, 'interval', shape),
    repeat: finite(part, 'repeat', shape),
    leaf,
    ...(file.arrays?.some(({ name }) => name === 'since')
      ? { since: array(part, 'since', Uint16Array, shape) }
      : {}),
  };
}

/** @throws RecluseError `pack-damaged` */
export function decodeLinear(part: Part): LinearMatrix {
  const { manifest, file } = part;
  const count = manifest.items.count;
  const scale = finite(part, 'scale', [count]);
  const offset = array(part, 'offset', Uint32Array, [count + 1]);
  const entries = offset[count]!;
  const wide = file.arrays?.some(({ name, type }) => name === 'target' && type === 'u32');
  const target = wide
    ? array(part, 'target', Uint32Array, [entries])
    : array(part, 'target', Uint16Array, [entries]);
  const weight = array(part, 'weight', Int8Array, [entries]);
  if (offset[0] !== 0) damaged(file.path, 'offset must begin with 0');
  for (let source = 0; source < count; source += 1) {
    const end = offset[source + 1]!;
    if (end < offset[source]! || end > entries) damaged(file.path, `offset falls at source ${source}`);
    let previous = -1;
    for (let entry = offset[source]!; entry < end; entry += 1) {
      const row = target[entry]!;
      if (row <= previous || row >= count)
        damaged(file.path, `target ${entry} is not an ascending row below ${count}`);
      previous = row;
    }
  }
  return { scale, offset, target, weight };
}

/** @throws RecluseError `pack-damaged` */
export function decodeRows(part: Part): ItemRows {
  const count = part.manifest.items.count;
  const size = part.manifest.encoder?.size ?? 0;
  return {
    scale: finite(part, 'scale', [count]),
    bias: finite(part, 'bias', [count]),
    row: array(part, 'row', Int8Array, [count, size]),
  };
}

/** @throws RecluseError `pack-damaged` */
export function decodeRatingRows(part: Part): Omit<RatingTable, 'graph'> {
  const count = part.manifest.items.count;
  const factors = part.manifest.rating?.factors ?? 0;
  return {
    bias: finite(part, 'bias', [count]),
    row: array(part, 'row', Int8Array, [count, 2 * factors + 3]),
  };
}

/** @throws RecluseError `pack-damaged` */
export function decodeCatalogue({ manifest, file, bytes }: Part): Catalogue {
  const { title, price, brand, attributes } = objectIn(file, parseJson(file.path, bytes));
  const column = <Value>(name: string, values: unknown, is: (value: unknown) => value is Value): Value[] => {
    if (!isArrayOf(values, is) || values.length !== manifest.items.count)
      damaged(file.path, `${name} must have ${manifest.items.count} fitting values`);
    return values;
  };
  return {
    title: column('title', title, isText),
    ...(price === undefined ? {} : { price: column('price', price, isNumberOrNull) }),
    ...(brand === undefined ? {} : { brand: column('brand', brand, isTextOrNull) }),
    ...(attributes === undefined
      ? {}
      : {
          attributes: Object.fromEntries(
            Object.entries(objectIn(file, attributes)).map(([name, values]) => [
              name,
              column(name, values, isScalarOrNull),
            ]),
          ),
        }),
  };
}

/** @throws RecluseError `pack-damaged` */
export function decodeRules({ file, bytes }: Pick<Part, 'file' | 'bytes'>): Rule[] {
  const { rules } = objectIn(file, parseJson(file.path, bytes));
  if (!isArrayOf(rules, (rule) => typeof rule === 'object' && rule !== null))
    damaged(file.path, 'rules must be a list of objects');
  return rules as Rule[];
}

/** A file of a pack with its verified content. */
export interface Part {
  readonly manifest: Manifest;
  readonly file: DeclaredFile;
  readonly bytes: Bytes;
}

const typeNames = new Map<unknown, string>([
  [Int8Array, 'i8'],
  [Uint16Array, 'u16'],
  [Uint32Array, 'u32'],
  [Float32Array, 'f32'],
]);

interface ArrayKind<Values> {
  new (buffer: ArrayBuffer, offset: number, length: number): Values;
}

/** A view of one declared array; nothing is copied. */
function array<Values>(
  { file, bytes }: Part,
  name: string,
  kind: ArrayKind<Values>,
  shape: readonly number[],
): Values {
  const declared = file.arrays?.find((one) => one.name === name);
  const type = typeNames.get(kind);
  if (!declared) damaged(file.path, `there is no array ${name}`);
  if (declared.type !== type || String(declared.shape) !== String(shape))
    damaged(file.path, `${name} is ${declared.type} [${declared.shape}], not ${type} [${shape}]`);
  const length = shape.reduce((product, extent) => product * extent, 1);
  return new kind(bytes.buffer, bytes.byteOffset + declared.offset, length);
}

function finite(part: Part, name: string, shape: readonly number[]): Float32Array {
  const values = array(part, name, Float32Array, shape);
  if (!values.every(Number.isFinite)) damaged(part.file.path, `${name} holds a number that is not finite`);
  return values;
}

function objectIn(file: DeclaredFile, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return damaged(file.path, 'an object is missing');
  return value as Record<string, unknown>;
}

function isArrayOf<Value>(value: unknown, is: (one: unknown) => one is Value): value is Value[] {
  return Array.isArray(value) && value.every(is);
}

function isIndex(value: unknown, below: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < below;
}

function isCategory(value: unknown): value is PackCategory {
  const { name, parent } = (value ?? {}) as Partial<PackCategory>;
  return isText(name) && Number.isInteger(parent);
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isTextOrNull = (value: unknown): value is string | null => value === null || isText(value);
const isNumberOrNull = (value: unknown): value is number | null => value === null || Number.isFinite(value);
const isScalarOrNull = (value: unknown): value is string | number | null =>
  isText(value) || isNumberOrNull(value);
