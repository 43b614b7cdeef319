/** Conditions on attributes, compiled into one question about a row. */
import { type AttributeTest, type Condition, type LooseCondition, RecluseError } from '../../src/contract.ts';
import type { ItemRow, Pack } from '../pack/pack.ts';
import { attributeNames, columnOf, type NumberColumn, type TextColumn, valuesOf } from './columns.ts';

/** Whether an item meets a condition. */
export type Predicate = (row: ItemRow) => boolean;

type Scalar = string | number;
type Tests = AttributeTest<Scalar>;

/** A value alone and a list are short for `eq` and `in`. */
function testsOf(asked: unknown): Tests {
  if (Array.isArray(asked)) return { in: asked };
  return typeof asked === 'object' ? (asked as Tests) : { eq: asked as Scalar };
}

/** Indices of the categories with one of these names, and of all below them. */
export function categoriesNamed(names: readonly string[], { categories }: Pack): Set<number> {
  const wanted = new Set(names);
  const found = new Set<number>();
  // A parent comes before its children.
  categories.forEach(({ name, parent }, index) => {
    if (wanted.has(name) || found.has(parent)) found.add(index);
  });
  return found;
}

/** Whether an item lies in one of these categories. */
function within(wanted: ReadonlySet<number>, { priors, popular }: Pack): Predicate {
  if (priors) {
    const { leaf } = priors;
    return (row) => wanted.has(leaf[row]!);
  }
  // Before the priors have arrived, the lists by category are all that is known of categories.
  const listed = new Set([...wanted].flatMap((index) => [...(popular.categories.get(index) ?? [])]));
  return (row) => listed.has(row);
}

function wrong(field: string, what: string): never {
  throw new RecluseError('invalid-argument', `${field} ${what}`, { field });
}

/** `category` is of an item what any of the categories that it lies in is called. */
function categoryPredicate(tests: Tests, field: string, pack: Pack): Predicate {
  const predicates: Predicate[] = [];
  const named = (names: readonly Scalar[]) => within(categoriesNamed(names.map(String), pack), pack);
  const add = (holds: Predicate, positive: boolean) =>
    predicates.push(positive ? holds : (row) => !holds(row));
  for (const [operator, value] of Object.entries(tests)) {
    if (value === undefined) continue;
    if (operator === 'eq' || operator === 'ne') add(named([value as Scalar]), operator === 'eq');
    else if (operator === 'in' || operator === 'notIn') add(named(value as Scalar[]), operator === 'in');
    else if (operator === 'exists') add(() => value as boolean, true);
    else if (operator === 'contains') {
      const part = String(value).toLowerCase();
      add(
        named(pack.categories.map(({ name }) => name).filter((name) => name.toLowerCase().includes(part))),
        true,
      );
    } else wrong(`${field}.${operator}`, 'asks for a number, and a category is text.');
  }
  return allOf(predicates);
}

/** Asks each distinct text once. */
function textPredicate(tests: Tests, field: string, { codes, texts }: TextColumn): Predicate {
  for (const bound of ['lt', 'lte', 'gt', 'gte'] as const)
    if (tests[bound] !== undefined)
      wrong(`${field}.${bound}`, 'asks for a number, and this attribute is text.');
  const { eq, ne, exists, contains } = tests;
  const setOf = (values: readonly Scalar[] | undefined) => values && new Set<unknown>(values.map(String));
  const among = setOf(tests.in);
  const notIn = setOf(tests.notIn);
  const part = contains?.toLowerCase();
  const answers = Uint8Array.from(texts, (text) =>
    Number(
      (eq === undefined || text === String(eq)) &&
        (ne === undefined || text !== String(ne)) &&
        (!among || among.has(text)) &&
        !notIn?.has(text) &&
        (exists === undefined || (text !== null) === exists) &&
        (part === undefined || (text?.toLowerCase().includes(part) ?? false)),
    ),
  );
  return (row) => answers[codes[row]!] === 1;
}

/** A text that reads as a number is that number: forms and addresses give texts. */
function numberOf(value: Scalar, field: string): number {
  const number = typeof value === 'number' || value.trim() === '' ? value : Number(value);
  if (typeof number !== 'number' || Number.isNaN(number))
    return wrong(field, `is a text, and this attribute is a number.`);
  return number;
}

function numberPredicate(tests: Tests, field: string, { numbers }: NumberColumn): Predicate {
  const predicates: Predicate[] = [];
  const { eq, ne, in: among, notIn, exists, lt, lte, gt, gte, contains } = tests;
  const add = (holds: (number: number) => boolean) => predicates.push((row) => holds(numbers[row]!));
  const setOf = (values: readonly Scalar[], name: string) =>
    new Set(values.map((value, place) => numberOf(value, `${field}.${name}[${place}]`)));
  if (contains !== undefined) wrong(`${field}.contains`, 'asks for a text, and this attribute is a number.');
  if (eq !== undefined) {
    const value = numberOf(eq, field);
    add((number) => number === value);
  }
  if (ne !== undefined) {
    const value = numberOf(ne, `${field}.ne`);
    add((number) => number !== value);
  }
  if (among) {
    const wanted = setOf(among, 'in');
    add((number) => wanted.has(number));
  }
  if (notIn) {
    const unwanted = setOf(notIn, 'notIn');
    add((number) => !unwanted.has(number));
  }
  if (exists !== undefined) add((number) => Number.isNaN(number) !== exists);
  // Nothing is less or more than NaN.
  if (lt !== undefined) add((number) => number < lt);
  if (lte !== undefined) add((number) => number <= lte);
  if (gt !== undefined) add((number) => number > gt);
  if (gte !== undefined) add((number) => number >= gte);
  return allOf(predicates);
}

function attributePredicate(name: string, tests: Tests, field: string, pack: Pack): Predicate {
  const values = valuesOf(name, pack);
  if (values) {
    const column = columnOf(values);
    return column.kind === 'text'
      ? textPredicate(tests, field, column)
      : numberPredicate(tests, field, column);
  }
  if (!pack.catalogue)
    throw new RecluseError(
      'catalogue-missing',
      `Filtering by ${name} needs the pack's catalogue, which is not loaded.`,
      { field },
    );
  throw new RecluseError(
    'invalid-argument',
    `The pack has no attribute ${name} to filter by; it has ${attributeNames(pack).join(', ')}.`,
    { field },
  );
}

/** Holds where all do. Few conditions are the rule: those are asked without a loop. */
function allOf(predicates: readonly Predicate[]): Predicate {
  const [first, second] = predicates;
  if (!first) return () => true;
  if (!second) return first;
  if (predicates.length === 2) return (row) => first(row) && second(row);
  return (row) => predicates.every((holds) => holds(row));
}

/**
 * Compiles a condition for one pack; ask the result of as many rows as you like.
 *
 * @param condition of a shape that was checked; undefined is met by every item
 * @param field what it is called where it came from, for errors
 * @throws RecluseError `invalid-argument` for an attribute that the pack does not have, or that is asked for as what it is not;
 * `catalogue-missing` where it could only be looked up there. `details.field` says where, for example `filter.price.lt`
 */
export function conditionOf(condition: Condition | undefined, pack: Pack, field = 'filter'): Predicate {
  return allOf(
    Object.entries(condition ?? {}).flatMap(([name, asked]): Predicate[] => {
      if (asked === undefined) return [];
      const at = `${field}.${name}`;
      const inner = (list: readonly LooseCondition[]) =>
        list.map((one, place) => conditionOf(one, pack, `${at}[${place}]`));
      if (name === 'not') {
        const holds = conditionOf(asked as LooseCondition, pack, at);
        return [(row) => !holds(row)];
      }
      if (name === 'all') return inner(asked as LooseCondition[]);
      if (name === 'any') {
        const some = inner(asked as LooseCondition[]);
        return [(row) => some.some((holds) => holds(row))];
      }
      const tests = testsOf(asked);
      return [
        name === 'category' ? categoryPredicate(tests, at, pack) : attributePredicate(name, tests, at, pack),
      ];
    }),
  );
}

/** Whether a condition can only be answered by the pack's catalogue. */
export function needsCatalogue(condition: Condition | undefined): boolean {
  return Object.entries(condition ?? {}).some(([name, asked]) => {
    if (asked === undefined) return false;
    if (name === 'not') return needsCatalogue(asked as LooseCondition);
    if (name === 'any' || name === 'all') return (asked as LooseCondition[]).some(needsCatalogue);
    return name !== 'category' && name !== 'id';
  });
}
