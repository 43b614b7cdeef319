/** The attributes of a pack's items as columns that conditions can be asked of quickly. */
import type { ItemRow, Pack } from '../pack/pack.ts';

type Values = readonly (string | number | null)[];

/** Texts (or texts and numbers) as places in the list of the distinct ones: what is asked, is asked once a distinct text. */
export interface TextColumn {
  readonly kind: 'text';
  /** `[items]`, places in `texts`. */
  readonly codes: Uint32Array;
  /** Distinct; the first is null and stands for the absent value. */
  readonly texts: readonly (string | null)[];
}

/** Numbers, NaN where absent. */
export interface NumberColumn {
  readonly kind: 'number';
  /** `[items]` */
  readonly numbers: Float64Array;
}

/** One attribute of all items. */
export type Column = TextColumn | NumberColumn;

const made = new WeakMap<Values, Column>();

function textColumn(values: Values): TextColumn {
  const texts: (string | null)[] = [null];
  const codeOf = new Map<string, number>();
  const codes = Uint32Array.from(values, (value) => {
    if (value === null) return 0;
    const text = String(value);
    let code = codeOf.get(text);
    if (code === undefined) {
      code = texts.push(text) - 1;
      codeOf.set(text, code);
    }
    return code;
  });
  return { kind: 'text', codes, texts };
}

/** A column of numbers where all values are numbers, else one of texts. Made once a column. */
export function columnOf(values: Values): Column {
  let column = made.get(values);
  if (!column) {
    column = values.every((value) => value === null || typeof value === 'number')
      ? { kind: 'number', numbers: Float64Array.from(values, (value) => (value as number) ?? Number.NaN) }
      : textColumn(values);
    made.set(values, column);
  }
  return column;
}

/** Names of the attributes that can be asked for, `id` and `title` aside: those of every pack, then the catalogue's own. */
export function attributeNames({ catalogue }: Pack): string[] {
  return [
    'category',
    ...(catalogue?.brand ? ['brand'] : []),
    ...(catalogue?.price ? ['price'] : []),
    ...Object.keys(catalogue?.attributes ?? {}),
  ];
}

/** The values of one attribute of the catalogue; undefined where it has none of this name. */
export function valuesOf(name: string, { ids, catalogue }: Pack): Values | undefined {
  if (name === 'id') return ids;
  if (!catalogue) return undefined;
  if (name === 'title' || name === 'brand' || name === 'price') return catalogue[name];
  const { attributes } = catalogue;
  return attributes && Object.hasOwn(attributes, name) ? attributes[name] : undefined;
}

/** What groups items by one attribute: a number for each of its values, -1 where an item has none. */
export function groupsBy(name: string, pack: Pack): ((row: ItemRow) => number) | undefined {
  const values = valuesOf(name, pack);
  if (!values) return undefined;
  const column = columnOf(values);
  if (column.kind === 'text') return (row) => column.codes[row]! - 1;
  const groupOf = new Map<number, number>();
  const groups = Int32Array.from(column.numbers, (number) => {
    if (Number.isNaN(number)) return -1;
    let group = groupOf.get(number);
    if (group === undefined) {
      group = groupOf.size;
      groupOf.set(number, group);
    }
    return group;
  });
  return (row) => groups[row]!;
}
