import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createScorer, simdScorer, typescriptScorer } from '../../../worker/model/scoring.ts';

const float = fc.float({ noNaN: true, noDefaultInfinity: true, min: -4, max: 4 });

/** Item tables of any count and any size that a manifest allows, with a state. */
const tables = fc
  .record({ items: fc.integer({ min: 1, max: 70 }), fours: fc.integer({ min: 1, max: 24 }) })
  .chain(({ items, fours }) => {
    const size = fours * 4;
    return fc.record({
      rows: fc.record({
        scale: fc.array(float, { minLength: items, maxLength: items }).map((a) => Float32Array.from(a)),
        bias: fc.array(float, { minLength: items, maxLength: items }).map((a) => Float32Array.from(a)),
        row: fc.int8Array({ minLength: items * size, maxLength: items * size }),
      }),
      state: fc.array(float, { minLength: size, maxLength: size }).map((a) => Float32Array.from(a)),
    });
  });

afterEach(() => vi.unstubAllGlobals());

describe('the catalogue scan', () => {
  test('gives the same bits in WebAssembly and in TypeScript', () => {
    fc.assert(
      fc.property(tables, ({ rows, state }) => {
        const simd = new Float32Array(rows.scale.length);
        const plain = new Float32Array(rows.scale.length);
        simdScorer(rows).score(state, simd);
        typescriptScorer(rows).score(state, plain);
        expect(simd).toEqual(plain);
      }),
    );
  });

  test('is scale times product plus bias, within what float32 can say', () => {
    fc.assert(
      fc.property(tables, ({ rows, state }) => {
        const scores = new Float32Array(rows.scale.length);
        simdScorer(rows).score(state, scores);
        scores.forEach((score, item) => {
          let dot = 0;
          let magnitude = 0;
          for (let d = 0; d < state.length; d++) {
            dot += rows.row[item * state.length + d]! * state[d]!;
            magnitude += Math.abs(rows.row[item * state.length + d]! * state[d]!);
          }
          const exact = rows.scale[item]! * dot + rows.bias[item]!;
          const tolerance = 1e-6 * (1 + Math.abs(rows.scale[item]!) * magnitude + Math.abs(rows.bias[item]!));
          expect(Math.abs(score - exact)).toBeLessThanOrEqual(tolerance);
        });
      }),
    );
  });

  test('takes a second state without remembering the first', () => {
    const rows = {
      scale: Float32Array.of(1, 1),
      bias: Float32Array.of(0, 0.5),
      row: Int8Array.of(1, 2, 3, 4, -1, 0, 0, 0),
    };
    const scorer = simdScorer(rows);
    const scores = new Float32Array(2);
    scorer.score(Float32Array.of(9, 9, 9, 9), scores);
    scorer.score(Float32Array.of(1, 0, 0, 1), scores);
    expect([...scores]).toEqual([5, -0.5]);
  });

  test('holds a catalogue larger than one page of memory', () => {
    const items = 100_003;
    const size = 16;
    const rows = {
      scale: new Float32Array(items).fill(1),
      bias: Float32Array.from({ length: items }, (_, item) => item),
      row: new Int8Array(items * size).fill(1),
    };
    const scores = new Float32Array(items);
    simdScorer(rows).score(new Float32Array(size).fill(0.5), scores);
    expect(scores[0]).toBe(8);
    expect(scores[items - 1]).toBe(items - 1 + 8);
  });

  test('goes on in TypeScript where WebAssembly is forbidden or absent', () => {
    const rows = { scale: Float32Array.of(2), bias: Float32Array.of(1), row: Int8Array.of(1, 1, 1, 1) };
    const forbidden = {
      Module: class {
        constructor() {
          throw new WebAssembly.CompileError('blocked by Content Security Policy');
        }
      },
    };
    for (const environment of [forbidden, undefined]) {
      vi.stubGlobal('WebAssembly', environment);
      const scorer = createScorer(rows);
      vi.unstubAllGlobals();
      expect(scorer.kind).toBe('typescript');
      const scores = new Float32Array(1);
      scorer.score(Float32Array.of(1, 2, 3, 4), scores);
      expect(scores[0]).toBe(21);
    }
    expect(createScorer(rows).kind).toBe('simd');
  });
});
