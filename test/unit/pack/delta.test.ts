import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { madeFrom, readDelta } from '../../../worker/pack/delta.ts';
import type { Manifest } from '../../../worker/pack/pack.ts';
import golden from '../../golden/delta.json' with { type: 'json' };

const bytesOf = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

const manifest = (bytes: number) =>
  ({
    version: 'b'.repeat(16),
    delta: { from: 'a'.repeat(16), file: { path: 'delta-00000000.bin', bytes, sha256: '' } },
  }) as Manifest;

function deltaOf(head: unknown, fresh: Uint8Array<ArrayBuffer> = new Uint8Array()): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(head));
  const bytes = new Uint8Array(4 + text.length + fresh.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  bytes.set(fresh, 4 + text.length);
  return bytes;
}

const between = { from: 'a'.repeat(16), to: 'b'.repeat(16) };
const damaged = expect.objectContaining({ code: 'pack-damaged' });

describe('a delta', () => {
  test.each(golden.cases)('makes the file that the trainer meant: $name', ({ input, expected }) => {
    const target = bytesOf(expected.target);
    const file = {
      path: 'x',
      from: 'y',
      operations: input.operations as number[],
      fresh: bytesOf(input.fresh),
    };
    expect(madeFrom(bytesOf(input.source), file, target.length)).toEqual(target);
  });

  test('says of each file which of the fresh bytes are its own', () => {
    const files = [
      { path: 'one', from: 'old', operations: [0, 4, 2] },
      { path: 'other', from: null, operations: [0, 0, 1, 0, 0, 1] },
    ];
    const bytes = deltaOf({ ...between, files }, Uint8Array.of(1, 2, 3, 4));
    expect(readDelta(bytes, manifest(bytes.length)).map(({ fresh }) => [...fresh])).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  test.each([
    ['between other versions', { ...between, from: 'c'.repeat(16), files: [] }],
    ['without files', between],
    ['that is no object', 7],
    ['with half an operation', { ...between, files: [{ path: 'x', from: null, operations: [0, 0] }] }],
    ['with a negative place', { ...between, files: [{ path: 'x', from: null, operations: [-1, 0, 0] }] }],
    [
      'with a place that is no number',
      { ...between, files: [{ path: 'x', from: null, operations: ['', 0, 0] }] },
    ],
    ['that ends too early', { ...between, files: [{ path: 'x', from: null, operations: [0, 0, 9] }] }],
    ['with a file that is nothing', { ...between, files: [null] }],
  ])('%s is refused', (_, head) => {
    const bytes = deltaOf(head);
    expect(() => readDelta(bytes, manifest(bytes.length))).toThrow(damaged);
  });

  test('of any bytes makes a file of the right size or is refused, and reads nothing beside the source', () => {
    const operation = fc.nat(60);
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 50 }),
        fc.array(fc.tuple(operation, operation, operation), { maxLength: 5 }),
        fc.nat(120),
        (source, triples, size) => {
          const fresh = new Uint8Array(triples.reduce((sum, [, , count]) => sum + count, 0)).fill(7);
          const file = { path: 'x', from: 'y', operations: triples.flat(), fresh };
          try {
            const made = madeFrom(Uint8Array.from(source), file, size);
            expect(made.length).toBe(size);
            expect(triples.reduce((sum, [, length, count]) => sum + length + count, 0)).toBe(size);
          } catch (error) {
            expect(error).toEqual(damaged);
          }
        },
      ),
    );
    expect(() => readDelta(Uint8Array.of(255, 255, 255, 255, 1), manifest(5))).toThrow(damaged);
    expect(() => readDelta(new Uint8Array(2), manifest(2))).toThrow(damaged);
  });
});
