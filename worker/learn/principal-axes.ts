/** The directions in which vectors differ most. */

/** Passes of the iteration: the axes need not be exact, only always the same. */
const passes = 30;
/** Of more vectors, every second, third and so on is looked at. */
const mostVectors = 5000;

/**
 * The first principal axes of some vectors, by orthogonal iteration from fixed starting points: the same vectors give the same axes.
 *
 * @param values `[count * width]`, row after row, centred
 * @param width numbers of one vector
 * @param count how many axes; where vectors are shorter, the rest are 0
 * @returns axes of length 1, each `[width]`, the most important first
 */
export function principalAxes(values: Float64Array, width: number, count: number): Float64Array[] {
  const moments = new Float64Array(width * width);
  const step = width * Math.max(1, Math.floor(values.length / width / mostVectors));
  for (let at = 0; at < values.length; at += step)
    for (let row = 0; row < width; row++) {
      const value = values[at + row]!;
      if (value !== 0)
        for (let column = row; column < width; column++)
          moments[row * width + column]! += value * values[at + column]!;
    }
  for (let row = 0; row < width; row++)
    for (let column = 0; column < row; column++)
      moments[row * width + column] = moments[column * width + row]!;

  const wanted = Math.min(count, width);
  // Any starting points do that are not at right angles to an axis.
  let axes: Float64Array[] = Array.from({ length: wanted }, (_, axis) =>
    Float64Array.from(
      { length: width },
      (_, at) => Math.cos((axis + 1) * (at + 0.5)) + (at === axis ? 2 : 0),
    ),
  );
  for (let pass = 0; pass < passes; pass++)
    axes = orthonormal(
      axes.map((axis) => times(moments, axis, width)),
      width,
    );
  return axes.concat(Array.from({ length: count - wanted }, () => new Float64Array(width)));
}

function times(matrix: Float64Array, vector: Float64Array, width: number): Float64Array {
  const product = new Float64Array(width);
  for (let row = 0; row < width; row++) {
    let sum = 0;
    for (let column = 0; column < width; column++) sum += matrix[row * width + column]! * vector[column]!;
    product[row] = sum;
  }
  return product;
}

/** Gram and Schmidt, modified; what is left of a vector that says nothing new is 0. */
function orthonormal(vectors: readonly Float64Array[], width: number): Float64Array[] {
  const done: Float64Array[] = [];
  for (const vector of vectors) {
    const rest = vector.slice();
    const before = lengthOf(rest);
    for (const other of done) {
      let dot = 0;
      for (let d = 0; d < width; d++) dot += other[d]! * rest[d]!;
      for (let d = 0; d < width; d++) rest[d]! -= dot * other[d]!;
    }
    const length = lengthOf(rest);
    const says = length > 1e-9 * before && length > 0;
    for (let d = 0; d < width; d++) rest[d] = says ? rest[d]! / length : 0;
    done.push(rest);
  }
  return done;
}

const lengthOf = (vector: Float64Array) => Math.sqrt(vector.reduce((sum, part) => sum + part * part, 0));
