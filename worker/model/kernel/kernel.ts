/**
 * One pass over the item table: scores[j] = scale[j] * (row[j] . state) + bias[j], rows int8, everything else float32.
 *
 * AssemblyScript, compiled by `npm run generate`. Whoever calls lays out the memory (see `../scoring.ts`): all addresses are
 * multiples of 16, rows are `stride` bytes long (a multiple of 16, padded with zeros), and their number is a multiple of 4.
 *
 * The order of additions is part of the contract, because float32 sums depend on it: lane l of a row's accumulator takes the
 * dimensions d with d mod 4 = l in ascending order, then (lane 0 + lane 1) + (lane 2 + lane 3). The twin in TypeScript does the same, and so
 * gives the same bits.
 */

function addBlock(sum: v128, row: usize, state: usize): v128 {
  const bytes = v128.load(row);
  const low = i16x8.extend_low_i8x16_s(bytes);
  const high = i16x8.extend_high_i8x16_s(bytes);
  sum = f32x4.add(sum, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(low)), v128.load(state)));
  sum = f32x4.add(
    sum,
    f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(low)), v128.load(state, 16)),
  );
  sum = f32x4.add(
    sum,
    f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(high)), v128.load(state, 32)),
  );
  return f32x4.add(
    sum,
    f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(high)), v128.load(state, 48)),
  );
}

/** Four rows at a time, so that their chains of additions run side by side. */
export function score(
  rows: usize,
  scale: usize,
  bias: usize,
  state: usize,
  scores: usize,
  count: i32,
  stride: i32,
): void {
  for (let j: i32 = 0; j < count; j += 4) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let e = f32x4.splat(0);
    let row = rows + <usize>j * stride;
    let dimensions = state;
    const end = row + stride;
    while (row < end) {
      a = addBlock(a, row, dimensions);
      b = addBlock(b, row + stride, dimensions);
      c = addBlock(c, row + 2 * stride, dimensions);
      e = addBlock(e, row + 3 * stride, dimensions);
      row += 16;
      dimensions += 64;
    }
    // Transposes the four accumulators, so that one addition serves four rows.
    const ab01 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
    const ab23 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const ce01 = v128.shuffle<f32>(c, e, 0, 4, 1, 5);
    const ce23 = v128.shuffle<f32>(c, e, 2, 6, 3, 7);
    const lane0 = v128.shuffle<f32>(ab01, ce01, 0, 1, 4, 5);
    const lane1 = v128.shuffle<f32>(ab01, ce01, 2, 3, 6, 7);
    const lane2 = v128.shuffle<f32>(ab23, ce23, 0, 1, 4, 5);
    const lane3 = v128.shuffle<f32>(ab23, ce23, 2, 3, 6, 7);
    const dot = f32x4.add(f32x4.add(lane0, lane1), f32x4.add(lane2, lane3));
    const at = <usize>j * 4;
    v128.store(scores + at, f32x4.add(f32x4.mul(v128.load(scale + at), dot), v128.load(bias + at)));
  }
}
