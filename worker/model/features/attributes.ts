/** What else is known of an item; "Features by name" in `docs/model.md`. */
import type { Catalogue, ItemRow } from '../../pack/pack.ts';

/** @returns the values of the catalogue's further columns by their names; those that the item lacks are left out */
export function attributes(row: ItemRow, catalogue: Catalogue): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(catalogue.attributes ?? {}).flatMap(([name, values]) => {
      const value = values[row];
      return value === null || value === undefined ? [] : [[name, value] as const];
    }),
  );
}
