import { describe, expect, it } from 'vitest';
import type { PrivateReport } from '../../../src/contract.ts';
import { sendDue } from '../../../src/measure/send-reports.ts';

const report = (id: string): PrivateReport => ({
  ...{ format: 'recluse-report', version: 1, id, question: 'q', answers: ['a', 'b'] },
  ...{ epsilon: 1, day: '2026-11-25', bits: '01' },
});

/** A device with reports that are due until they are confirmed. */
function deviceWith(...ids: string[]) {
  const left = new Map(ids.map((id) => [id, report(id)]));
  return {
    left,
    due: async () => [...left.values()],
    sent: async (id: string) => void left.delete(id),
  };
}

describe('sending private reports', () => {
  it('hands each to the app once, and forgets it when it has been taken', async () => {
    const device = deviceWith('1', '2');
    const bodies: string[] = [];
    const send = async (one: PrivateReport) => void bodies.push(one.id);
    expect(await sendDue(device, { send, patience: 1000 })).toEqual({ sent: 2, left: 0 });
    expect(await sendDue(device, { send, patience: 1000 })).toEqual({ sent: 0, left: 0 });
    expect(bodies).toEqual(['1', '2']);
  });

  it('loses nothing where the function throws, at once or later, and tries the same report again', async () => {
    const device = deviceWith('1', '2');
    const failures = [
      () => {
        throw new Error('offline');
      },
      () => Promise.reject(new Error('503')),
    ];
    for (const send of failures) {
      const attempt = await sendDue(device, { send, patience: 1000 });
      expect(attempt).toMatchObject({ sent: 0, left: 2 });
      expect(attempt.error).toBeInstanceOf(Error);
    }
    expect(await sendDue(device, { send: () => {}, patience: 1000 })).toEqual({ sent: 2, left: 0 });
  });

  it('gives up waiting for a function that hangs, tells it so, and loses nothing', async () => {
    const device = deviceWith('1');
    let aborted = false;
    const hang = (_: PrivateReport, { signal }: { signal: AbortSignal }) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      return new Promise(() => {});
    };
    const attempt = await sendDue(device, { send: hang, patience: 20 });
    expect(attempt).toMatchObject({ sent: 0, left: 1 });
    expect((attempt.error as DOMException).name).toBe('TimeoutError');
    expect(aborted).toBe(true);
    expect(device.left.size).toBe(1);
  });

  it('keeps what it has no matter what the app does to the report', async () => {
    const device = deviceWith('1');
    const spoil = (one: PrivateReport) => {
      one.bits = 'spoiled';
      one.id = 'spoiled';
      throw new Error('no');
    };
    await sendDue(device, { send: spoil, patience: 1000 });
    expect(device.left.get('1')).toEqual(report('1'));
  });

  it('sends a report again with the same id where it could not be noted down', async () => {
    const device = deviceWith('1');
    const ids: string[] = [];
    const send = (one: PrivateReport) => void ids.push(one.id);
    const forgetful = { ...device, sent: () => Promise.reject(new Error('disk full')) };
    expect(await sendDue(forgetful, { send, patience: 1000 })).toMatchObject({ sent: 0, left: 1 });
    await sendDue(device, { send, patience: 1000 });
    expect(ids).toEqual(['1', '1']);
  });
});
