/** Reads from a pack, at build time, what the page shows before any script has run. */
import { existsSync, readFileSync } from 'node:fs';
import type { ItemDisplay } from 'recluse';

/** The pack's products and its popular lists, as the page will get them from `items()` and `popular()`. */
export interface ShopWindow {
  readonly items: readonly ItemDisplay[];
  /** Rows of `items`, best first. */
  readonly overall: readonly number[];
  /** Rows of `items`, best first: the last weeks of the log. */
  readonly recent: readonly number[];
}

interface PackFile {
  path: string;
  arrays?: { name: string; offset: number; shape: number[] }[];
}

interface Catalogue {
  title: string[];
  price?: (number | null)[];
  brand?: (string | null)[];
  attributes?: Record<string, (string | number | null)[]>;
}

/** Null where the folder holds no pack: then the page starts without products and fills itself. */
export function readPack(folder: string): ShopWindow | null {
  if (!existsSync(`${folder}/manifest.json`)) return null;
  const json = (path: string) => JSON.parse(readFileSync(`${folder}/${path}`, 'utf8'));
  const files: Record<string, PackFile> = json('manifest.json').files;
  if (!files.catalogue) return null;
  const { ids, categories }: { ids: string[]; categories: { name: string; parent: number }[] } = json(
    files.items!.path,
  );
  const { overall, recent }: { overall: number[]; recent: number[] } = json(files.popular!.path);
  const catalogue: Catalogue = json(files.catalogue.path);
  const leaf = leaves(readFileSync(`${folder}/${files.priors!.path}`), files.priors!);

  const pathOf = (category: number): string[] =>
    category < 0 ? [] : [...pathOf(categories[category]!.parent), categories[category]!.name];
  const items = ids.map((id, row): ItemDisplay => {
    const price = catalogue.price?.[row];
    const attributes = Object.entries(catalogue.attributes ?? {})
      .map(([name, column]) => [name, column[row]] as const)
      .filter((entry): entry is [string, string | number] => entry[1] !== null && entry[1] !== undefined);
    return {
      id,
      title: catalogue.title[row]!,
      categories: pathOf(leaf[row]!),
      ...(price === null || price === undefined ? {} : { price }),
      ...(attributes.length > 0 ? { attributes: Object.fromEntries(attributes) } : {}),
    };
  });
  return { items, overall, recent };
}

function leaves(bytes: Buffer, file: PackFile): Uint16Array {
  const { offset, shape } = file.arrays!.find(({ name }) => name === 'leaf')!;
  return new Uint16Array(
    bytes.buffer.slice(bytes.byteOffset + offset, bytes.byteOffset + offset + 2 * shape[0]!),
  );
}
