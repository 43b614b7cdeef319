/** A fact as the place of its name among those that the pack declares; "Context indices" in `docs/model.md`. */

/** @returns place in `values`, from 1; 0 where it is not there */
export function among(value: string | number, values: readonly string[]): number {
  return values.indexOf(String(value)) + 1;
}
