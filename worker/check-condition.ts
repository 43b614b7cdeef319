/** The shape of a condition, checked where it enters the worker. Whether the pack has the attributes is looked up when it is compiled. */
import { type Condition, RecluseError } from '../src/contract.ts';

/** Conditions inside one another; a circle ends here, too. */
const deepest = 8;
/** Conditions and attributes in all, so that a small document cannot unfold into an endless one. */
const mostParts = 1000;
/** Values in one list. */
const mostValues = 10_000;
/** Characters of a name or a value. */
const longestText = 1000;

/** Operators whose value is a bound. */
export const bounds: ReadonlySet<string> = new Set(['lt', 'lte', 'gt', 'gte']);
const operators = ['eq', 'ne', 'in', 'notIn', 'lt', 'lte', 'gt', 'gte', 'exists', 'contains'];

/** @throws RecluseError `invalid-argument`, always */
export function refuse(field: string, what: string): never {
  throw new RecluseError('invalid-argument', `${field} must be ${what}.`, { field: field.slice(0, 200) });
}

/** An object as `{}` or JSON makes it; a Date, a Map or a list is none. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function checkScalar(value: unknown, field: string): void {
  if (typeof value === 'string' ? value === '' || value.length > longestText : !Number.isFinite(value))
    refuse(field, `a text of 1 to ${longestText} characters or a finite number`);
}

function checkList(value: unknown, field: string): void {
  if (!Array.isArray(value) || value.length > mostValues)
    refuse(field, `a list of at most ${mostValues} texts or numbers`);
  for (const [place, entry] of value.entries()) checkScalar(entry, `${field}[${place}]`);
}

function checkOperator(name: string, value: unknown, field: string): void {
  if (bounds.has(name)) {
    if (!Number.isFinite(value)) refuse(field, 'a finite number');
  } else if (name === 'in' || name === 'notIn') checkList(value, field);
  else if (name === 'exists') {
    if (typeof value !== 'boolean') refuse(field, 'true or false');
  } else if (name === 'contains') {
    if (typeof value !== 'string' || value === '' || value.length > longestText)
      refuse(field, `a text of 1 to ${longestText} characters`);
  } else if (operators.includes(name)) checkScalar(value, field);
  else refuse(field, `left out: the operators are ${operators.join(', ')}`);
}

function checkTest(test: unknown, field: string): void {
  if (Array.isArray(test)) checkList(test, field);
  else if (isPlainObject(test)) {
    const asked = Object.entries(test).filter(([, value]) => value !== undefined);
    if (asked.length === 0) refuse(field, `a value, a list of values, or one of ${operators.join(', ')}`);
    for (const [name, value] of asked) checkOperator(name, value, `${field}.${name}`);
  } else checkScalar(test, field);
}

/**
 * Checks a condition's shape, depth and size.
 *
 * @param field its name for whoever made it, for example `filter` or `rules[2].where`
 * @throws RecluseError `invalid-argument`; `details.field` says where, for example `filter.price.lt`
 */
export function checkCondition(value: unknown, field: string): asserts value is Condition {
  let parts = 0;
  const check = (condition: unknown, at: string, depth: number): void => {
    if (depth > deepest) refuse(at, `left out: no more than ${deepest} conditions inside one another`);
    if (!isPlainObject(condition)) refuse(at, 'an object of conditions');
    for (const [name, asked] of Object.entries(condition)) {
      const within = `${at}.${name.slice(0, 50)}`;
      parts += 1;
      if (parts > mostParts) refuse(at, `smaller: no more than ${mostParts} conditions in all`);
      if (name === '' || name.length > longestText)
        refuse(within, `named with 1 to ${longestText} characters`);
      if (asked === undefined) continue;
      if (name === 'not') check(asked, within, depth + 1);
      else if (name === 'any' || name === 'all') {
        if (!Array.isArray(asked) || asked.length > mostParts)
          refuse(within, `a list of at most ${mostParts} conditions`);
        for (const [place, one] of asked.entries()) {
          parts += 1;
          check(one, `${within}[${place}]`, depth + 1);
        }
      } else checkTest(asked, within);
    }
  };
  check(value, field, 1);
}
