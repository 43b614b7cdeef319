/** Conditions on attributes, made into one question about a row. */
import { type Filter, RecluseError } from '../../src/contract.ts';
import type { ItemRow, Pack } from '../pack/pack.ts';

type Condition = (row: ItemRow) => boolean;

/** Indices of the categories with one of these names, and of all below them. */
export function categoriesNamed(names: readonly string[], { categories }: Pack): Set<number> {
  const wanted = new Set(names);
  const found = new Set<number>();
  categories.forEach((_, index) => {
    for (let at = index; at !== -1; at = categories[at]!.parent)
      if (wanted.has(categories[at]!.name)) found.add(index);
  });
  return found;
}

function inCategories(names: readonly string[], pack: Pack): Condition {
  const wanted = categoriesNamed(names, pack);
  if (pack.priors) {
    const { leaf } = pack.priors;
    return (row) => wanted.has(leaf[row]!);
  }
  // Before the priors have arrived, the lists by category are all that is known of categories.
  const listed = new Set([...wanted].flatMap((index) => [...(pack.popular.categories.get(index) ?? [])]));
  return (row) => listed.has(row);
}

function attribute(name: string, values: readonly string[], { catalogue }: Pack): Condition {
  if (!catalogue)
    throw new RecluseError(
      'catalogue-missing',
      `Filtering by ${name} needs the pack's catalogue, which is not loaded.`,
      {
        field: `filter.${name}`,
      },
    );
  const column = name === 'brand' ? catalogue.brand : catalogue.attributes?.[name];
  if (!column) {
    const known = [
      'category',
      ...(catalogue.brand ? ['brand'] : []),
      ...Object.keys(catalogue.attributes ?? {}),
    ];
    throw new RecluseError(
      'invalid-argument',
      `The pack has no attribute ${name} to filter by; it has ${known.join(', ')}.`,
      { field: `filter.${name}` },
    );
  }
  const wanted = new Set(values);
  return (row) => {
    const value = column[row];
    return value !== null && value !== undefined && wanted.has(String(value));
  };
}

/**
 * Every named attribute must match one of its values; `category` matches at any level.
 *
 * @throws RecluseError `invalid-argument` for an attribute that the pack does not have, `catalogue-missing` where it could only be looked up there
 */
export function conditionOf(filter: Filter | undefined, pack: Pack): Condition {
  const conditions = Object.entries(filter ?? {}).map(([name, value]) => {
    const values = typeof value === 'string' ? [value] : value;
    return name === 'category' ? inCategories(values, pack) : attribute(name, values, pack);
  });
  return (row) => conditions.every((holds) => holds(row));
}
