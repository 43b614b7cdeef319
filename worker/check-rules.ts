/** The shape of rules, checked where they enter the worker: from the page or from the pack. */
import type { Rule } from '../src/contract.ts';
import { checkCondition, isPlainObject, refuse } from './check-condition.ts';
import { momentOf } from './moment-of.ts';

const mostRules = 200;
const mostItems = 1000;
const longestName = 200;
/** No list is longer than this. */
const mostPlaces = 100_000;

type Check = (value: unknown, field: string) => void;

const text: Check = (value, field) => {
  if (typeof value !== 'string' || value === '' || value.length > longestName)
    refuse(field, `a text of 1 to ${longestName} characters`);
};
const within =
  (least: number, most: number): Check =>
  (value, field) => {
    if (!(Number.isFinite(value) && (value as number) >= least && (value as number) <= most))
      refuse(field, `a number from ${least} to ${most}`);
  };
const whole =
  (least: number): Check =>
  (value, field) => {
    if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > mostPlaces)
      refuse(field, `a whole number from ${least} to ${mostPlaces}`);
  };
const texts =
  (most: number): Check =>
  (value, field) => {
    if (!Array.isArray(value) || value.length === 0 || value.length > most)
      refuse(field, `a list of 1 to ${most} texts`);
    for (const [place, entry] of value.entries()) text(entry, `${field}[${place}]`);
  };
const flag: Check = (value, field) => {
  if (typeof value !== 'boolean') refuse(field, 'true or false');
};
const moment: Check = (value, field) => void momentOf(value, field);

const frame: Record<string, Check> = {
  kind: () => {},
  name: text,
  from: moment,
  until: moment,
  priority: within(-1e6, 1e6),
  placements: texts(100),
};

/** What each kind has besides, and what it cannot be without. */
const kinds: Record<Rule['kind'], { fields: Record<string, Check>; needed: string[] }> = {
  filter: { fields: { where: checkCondition }, needed: ['where'] },
  boost: { fields: { where: checkCondition, by: within(-10, 10) }, needed: ['where', 'by'] },
  bury: { fields: { where: checkCondition }, needed: ['where'] },
  pin: {
    fields: { position: whole(0), items: texts(mostItems), where: checkCondition, always: flag },
    needed: ['position'],
  },
  cap: {
    fields: { attribute: text, most: whole(0), level: whole(0), where: checkCondition },
    needed: ['attribute', 'most'],
  },
  share: {
    fields: {
      where: checkCondition,
      attribute: text,
      level: whole(0),
      least: within(0, 1),
      most: within(0, 1),
    },
    needed: [],
  },
  require: { fields: { where: checkCondition, least: whole(1) }, needed: ['where', 'least'] },
};

function checkRule(rule: unknown, field: string): void {
  if (!isPlainObject(rule)) refuse(field, 'an object');
  const { kind } = rule;
  if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind))
    refuse(`${field}.kind`, `one of ${Object.keys(kinds).join(', ')}`);
  const { fields, needed } = kinds[kind as Rule['kind']];
  const known = { ...frame, ...fields };
  for (const name of needed) if (rule[name] === undefined) refuse(`${field}.${name}`, 'given');
  for (const [name, value] of Object.entries(rule)) {
    if (!Object.hasOwn(known, name))
      refuse(`${field}.${name}`, `left out: a ${kind} has ${Object.keys(known).join(', ')}`);
    if (value !== undefined) known[name]!(value, `${field}.${name}`);
  }
  const { from, until, items, where, always, attribute, least, most } = rule;
  if (from !== undefined && until !== undefined && momentOf(from, field) >= momentOf(until, field))
    refuse(`${field}.until`, 'later than from');
  if (kind === 'pin' && (items === undefined) === (where === undefined))
    refuse(`${field}.items`, 'given, or else where, and not both');
  if (kind === 'pin' && always && !items) refuse(`${field}.always`, 'left out where there are no items');
  if (kind === 'share') {
    if ((attribute === undefined) === (where === undefined))
      refuse(`${field}.where`, 'given, or else attribute, and not both');
    if (least === undefined && most === undefined) refuse(`${field}.most`, 'given, or else least');
    if (attribute !== undefined && least !== undefined)
      refuse(`${field}.least`, 'left out: of each value of an attribute there can only be at most a share');
  }
}

/**
 * Checks a list of rules. Whether the pack has the attributes is looked up when a list is made.
 *
 * @param field its name for whoever made it
 * @throws RecluseError `invalid-argument`; `details.field` says where, for example `rules[2].where.price.lt`
 */
export function checkRules(value: unknown, field = 'rules'): asserts value is Rule[] {
  if (!Array.isArray(value) || value.length > mostRules)
    refuse(field, `a list of at most ${mostRules} rules`);
  for (const [place, rule] of value.entries()) checkRule(rule, `${field}[${place}]`);
}
