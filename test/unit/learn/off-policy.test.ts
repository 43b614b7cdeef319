import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { LoggedChoice as Logged } from '../../../src/contract.ts';
import { offPolicy } from '../../../worker/learn/off-policy.ts';
import golden from '../../golden/off-policy.json' with { type: 'json' };
import { randomFrom } from '../support/synthetic-pack.ts';

type Case = (typeof golden.cases)[number];

const entries = ({ log }: Case): Logged[] =>
  log.reward.map((reward, at) => ({
    reward,
    propensity: log.propensity[at]!,
    target: log.target[at]!,
    predicted: log.predicted[at]!,
    predictedTarget: log.predictedTarget[at]!,
  }));

function agrees(one: Case): void {
  const { ips, snips, doublyRobust } = offPolicy(entries(one));
  expect(Math.abs(ips!.value - one.ips)).toBeLessThan(1e-6);
  expect(Math.abs(snips!.value - one.snips)).toBeLessThan(1e-6);
  expect(Math.abs(doublyRobust!.value - one.doublyRobust)).toBeLessThan(1e-6);
}

describe('what another list would have been worth', () => {
  test('is what the Open Bandit Pipeline says, on logs of its own generator', () => {
    for (const one of golden.cases) agrees(one);
  });

  const real = process.env.RECLUSE_OPEN_BANDIT;
  test.skipIf(!real)('is what the Open Bandit Pipeline says, on the small Open Bandit data', () => {
    const { cases } = JSON.parse(readFileSync(real!, 'utf8')) as typeof golden;
    expect(cases.length).toBeGreaterThan(golden.cases.length);
    for (const one of cases) agrees(one);
  });

  test('is the plain mean where the other list is the same, with as many entries as there are', () => {
    const log = Array.from({ length: 40 }, (_, at) => ({
      reward: at % 4 === 0 ? 1 : 0,
      propensity: 1,
      target: 1,
    }));
    const { ips, snips, effective, doublyRobust } = offPolicy(log);
    expect(ips!.value).toBe(0.25);
    expect(snips!.value).toBe(0.25);
    expect(effective).toBe(40);
    expect(doublyRobust).toBeNull();
  });

  test('lies within its interval 95 times of 100', () => {
    const random = randomFrom(9);
    const truth = 0.5 * 0.2 + 0.5 * 0.7;
    const held = { ips: 0, snips: 0, doublyRobust: 0 };
    const runs = 400;
    for (let run = 0; run < runs; run++) {
      const log = Array.from({ length: 400 }, (): Logged => {
        const second = random() < 0.2;
        const reward = Number(random() < (second ? 0.7 : 0.2));
        return {
          reward,
          propensity: second ? 0.2 : 0.8,
          target: 0.5,
          predicted: second ? 0.6 : 0.3,
          predictedTarget: 0.45,
        };
      });
      const estimates = offPolicy(log);
      for (const name of ['ips', 'snips', 'doublyRobust'] as const)
        held[name] += Number(estimates[name]!.low <= truth && truth <= estimates[name]!.high);
    }
    for (const times of Object.values(held)) {
      expect(times / runs).toBeGreaterThan(0.92);
      expect(times / runs).toBeLessThan(0.98);
    }
  });

  test('is nothing for an empty log, and does not mind entries that are none', () => {
    expect(offPolicy([])).toEqual({ entries: 0, effective: 0, ips: null, snips: null, doublyRobust: null });
    const odd = [
      { reward: Number.NaN, propensity: 0.5, target: 1 },
      { reward: 1, propensity: 0, target: 1 },
      { reward: 1, propensity: 2, target: 1 },
      { reward: 1, propensity: 0.5, target: Number.NaN },
    ];
    expect(offPolicy(odd).entries).toBe(0);
    expect(offPolicy([{ reward: 1, propensity: 0.5, target: 0 }]).snips).toBeNull();
  });
});
