/**
 * A pack with every item twice: synthetic, only for measuring how time grows with the catalogue. The copies are related to
 * each other as the originals are.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** @typedef {import('../../worker/pack/manifest.generated.ts').Manifest} Manifest */
/** @typedef {NonNullable<NonNullable<Manifest['files']['linear']>['arrays']>[number]} DeclaredArray */
/** @typedef {Int8Array | Uint16Array | Uint32Array | Float32Array} Values */

const kinds = { i8: Int8Array, u16: Uint16Array, u32: Uint32Array, f32: Float32Array };

/** @param {Buffer} bytes @param {DeclaredArray[]} declared @returns {Map<string, Values>} */
function split(bytes, declared) {
  return new Map(
    declared.map(({ name, type, shape, offset }) => {
      const kind = kinds[type];
      const length = shape.reduce((product, extent) => product * extent, 1);
      const end = offset + length * kind.BYTES_PER_ELEMENT;
      return [name, new kind(Uint8Array.from(bytes.subarray(offset, end)).buffer)];
    }),
  );
}

/** @param {Map<string, Values>} arrays @param {number} items */
function join8(arrays, items) {
  /** @type {Buffer[]} */
  const parts = [];
  /** @type {DeclaredArray[]} */
  const declared = [];
  let offset = 0;
  for (const [name, values] of arrays) {
    parts.push(Buffer.alloc(-offset & 7));
    offset += -offset & 7;
    const type = /** @type {keyof typeof kinds} */ (
      Object.keys(kinds).find((key) => values instanceof kinds[/** @type {keyof typeof kinds} */ (key)])
    );
    const shape = name === 'row' ? [items, values.length / items] : [values.length];
    declared.push({ name, type, shape, offset });
    parts.push(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
    offset += values.byteLength;
  }
  return { bytes: Buffer.concat(parts), declared };
}

/** @template {Values} T @param {T} values @returns {T} */
function twice(values) {
  const kind = /** @type {new (length: number) => T} */ (values.constructor);
  const doubled = new kind(values.length * 2);
  doubled.set(values);
  doubled.set(values, values.length);
  return doubled;
}

/** @param {Map<string, Values>} arrays @param {number} count */
function twiceLinear(arrays, count) {
  const scale = /** @type {Float32Array} */ (arrays.get('scale'));
  const offset = /** @type {Uint32Array} */ (arrays.get('offset'));
  const target = /** @type {Uint16Array | Uint32Array} */ (arrays.get('target'));
  const weight = /** @type {Int8Array} */ (arrays.get('weight'));
  const wide = 2 * count > 65_536 ? Uint32Array : Uint16Array;
  return new Map(
    /** @type {[string, Values][]} */ ([
      ['scale', twice(scale)],
      ['offset', Uint32Array.from([...offset, ...offset.subarray(1).map((end) => end + target.length)])],
      ['target', wide.from([...target, ...Array.from(target, (row) => row + count)])],
      ['weight', twice(weight)],
    ]),
  );
}

/** @param {string} folder @param {string} path */
const readJson = async (folder, path) => JSON.parse(await readFile(join(folder, path), 'utf8'));

/**
 * Reads a pack and writes one with every item twice.
 *
 * @param {string} from Folder of a pack.
 * @param {string} to Folder to make.
 */
export async function writeDoubledPack(from, to) {
  /** @type {Manifest} */
  const manifest = await readJson(from, 'manifest.json');
  const count = manifest.items.count;
  await mkdir(to, { recursive: true });
  const { files } = manifest;
  const items = await readJson(from, files.items.path);
  items.ids = [...items.ids, ...items.ids.map((/** @type {string} */ id) => `${id}-copy`)];
  const column = (/** @type {unknown[]} */ values) => [...values, ...values];

  for (const [role, file] of Object.entries(files)) {
    let bytes = await readFile(join(from, file.path));
    if (role === 'items') bytes = Buffer.from(JSON.stringify(items));
    if (role === 'catalogue') {
      const { attributes = {}, ...columns } = JSON.parse(bytes.toString());
      const doubled = (/** @type {Record<string, unknown[]>} */ of) =>
        Object.fromEntries(Object.entries(of).map(([name, values]) => [name, column(values)]));
      bytes = Buffer.from(JSON.stringify({ ...doubled(columns), attributes: doubled(attributes) }));
    }
    if (file.arrays) {
      const arrays = split(bytes, file.arrays);
      const doubled =
        role === 'linear'
          ? twiceLinear(arrays, count)
          : new Map([...arrays].map(([name, values]) => [name, twice(values)]));
      const joined = join8(doubled, 2 * count);
      bytes = joined.bytes;
      file.arrays = joined.declared;
    }
    file.bytes = bytes.byteLength;
    file.sha256 = createHash('sha256').update(bytes).digest('hex');
    file.path = file.path.replace(/-[0-9a-f]{8}\./, `-${file.sha256.slice(0, 8)}.`);
    await writeFile(join(to, file.path), bytes);
  }
  const hashes = Object.values(files).map((file) => file.sha256);
  manifest.items.count = 2 * count;
  manifest.name = `${manifest.name}-doubled`;
  manifest.version = createHash('sha256').update(hashes.join('')).digest('hex').slice(0, 16);
  await writeFile(join(to, 'manifest.json'), JSON.stringify(manifest));
}
