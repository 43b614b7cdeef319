/**
 * Stage: pins, caps, shares and what is required, together, because each changes what the others may do.
 *
 * First the pins, then what is required (the best that matches), then the best of the rest, nobody beyond a cap. What was chosen stands
 * in the order in which it came, around the pins: rules decide who is in the list, and scores where, wherever no pin does.
 */
import type { UnmetRule } from '../../../src/contract.ts';
import type { ItemRow, Pack } from '../../pack/pack.ts';
import type { Ranking } from '../ranking.ts';
import type { Arrangement, Frame } from './applied.ts';
import type { Ceiling } from './ceiling.ts';
import type { Floor } from './floor.ts';
import { type Pin, type Pinned, pinnedIn } from './pin.ts';

/** What there is to arrange by; those that go before first. */
export interface Arranging {
  readonly pins: readonly Pin[];
  readonly ceilings: readonly Ceiling[];
  readonly floors: readonly Floor[];
}

/** Counts what is in the list, group by group. */
function tallyOf(ceilings: readonly Ceiling[], places: number) {
  const counted = ceilings.map(({ groupOf, most }) => ({
    groupOf,
    most: most(places),
    counts: new Map<number, number>(),
  }));
  return {
    fits(row: ItemRow): boolean {
      return counted.every(({ groupOf, most, counts }) => {
        const group = groupOf(row);
        return group === -1 || (counts.get(group) ?? 0) < most;
      });
    },
    take(row: ItemRow): void {
      for (const { groupOf, counts } of counted) {
        const group = groupOf(row);
        if (group !== -1) counts.set(group, (counts.get(group) ?? 0) + 1);
      }
    },
  };
}

/** Puts what was chosen around the pins; pins beyond the end follow it, and are told of. */
function woven(
  { rows, scores }: Ranking,
  chosen: Uint8Array,
  { at }: Pinned,
  pack: Pack,
): { ranking: Ranking; short: UnmetRule[] } {
  const length = chosen.reduce((sum, is) => sum + is, at.size);
  const woven = { rows: new Int32Array(length), scores: new Float32Array(length) };
  const short: UnmetRule[] = [];
  const late = [...at].filter(([place]) => place >= length).sort(([one], [other]) => one - other);
  let next = 0;
  for (let place = 0; place < length; place++) {
    const pin = at.get(place);
    while (!pin && next < chosen.length && !chosen[next]) next++;
    if (pin) {
      woven.rows[place] = pin.row;
      woven.scores[place] = pin.score;
    } else if (next < chosen.length) {
      woven.rows[place] = rows[next]!;
      woven.scores[place] = scores[next++]!;
    } else {
      const [, { row, score, rule }] = late.shift()!;
      woven.rows[place] = row;
      woven.scores[place] = score;
      short.push({ rule, item: pack.ids[row]!, why: 'short' });
    }
  }
  return { ranking: woven, short };
}

/** Chooses and places the items of one list. */
export function arranged(
  ranking: Ranking,
  { pins, ceilings, floors }: Arranging,
  frame: Frame,
  pack: Pack,
): Arrangement {
  const { rows } = ranking;
  const places = Math.min(frame.limit, rows.length);
  const tally = tallyOf(ceilings, places);
  const pinned = pinnedIn(ranking, pins, frame, tally);
  const rules = new Map([...pinned.at.values()].map(({ row, rule }) => [row, rule]));
  const brought = [...rules.keys()].filter((row) => !rows.includes(row)).length;
  let free = Math.min(frame.limit, rows.length + brought) - pinned.at.size;

  const chosen = new Uint8Array(rows.length);
  const choose = (place: number): boolean => {
    const row = rows[place]!;
    if (chosen[place] || rules.has(row) || !tally.fits(row)) return false;
    tally.take(row);
    chosen[place] = 1;
    free--;
    return true;
  };
  const required = new Map<ItemRow, string>();
  const few: UnmetRule[] = [];
  for (const { name, holds, least } of floors) {
    let missing = least(places);
    for (const row of rules.keys()) if (holds(row)) missing--;
    for (const place of rows.keys()) if (chosen[place] && holds(rows[place]!)) missing--;
    for (let place = 0; place < rows.length && missing > 0 && free > 0; place++)
      if (holds(rows[place]!) && choose(place)) {
        missing--;
        if (place >= places) required.set(rows[place]!, name);
      }
    if (missing > 0) few.push({ rule: name, why: 'few' });
  }
  for (let place = 0; place < rows.length && free > 0; place++) choose(place);

  const { ranking: list, short } = woven(ranking, chosen, pinned, pack);
  return { ranking: list, unmet: [...pinned.unmet, ...short, ...few], pinned: rules, required };
}
