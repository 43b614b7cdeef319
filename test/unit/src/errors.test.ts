import { expose, transferHandlers, wrap } from 'comlink';
import { afterEach, expect, test } from 'vitest';
import { RecluseError, thrownAcrossTheBoundary } from '../../../src/contract.ts';

transferHandlers.set('throw', { ...transferHandlers.get('throw')!, ...thrownAcrossTheBoundary });

const channels: MessageChannel[] = [];
afterEach(() => {
  for (const { port1, port2 } of channels.splice(0)) {
    port1.close();
    port2.close();
  }
});

/** Throws on one side of a message channel, catches on the other. */
async function thrownAcross(value: unknown): Promise<unknown> {
  const channel = new MessageChannel();
  channels.push(channel);
  const api = {
    async fail(): Promise<void> {
      throw value;
    },
  };
  expose(api, channel.port1);
  return wrap<typeof api>(channel.port2)
    .fail()
    .then(
      () => undefined,
      (error: unknown) => error,
    );
}

test('a Recluse error arrives whole: class, code, details, message and stack', async () => {
  const error = new RecluseError('pack-damaged', 'broken', { file: 'linear-0a1b2c3d.bin', bytes: 12 });
  const arrived = await thrownAcross(error);
  expect(arrived).toBeInstanceOf(RecluseError);
  expect(arrived).toMatchObject({
    name: 'RecluseError',
    code: 'pack-damaged',
    message: 'broken',
    details: { file: 'linear-0a1b2c3d.bin', bytes: 12 },
    stack: error.stack,
  });
});

test('any other error arrives with its name and message', async () => {
  const arrived = await thrownAcross(new RangeError('too far'));
  expect(arrived).toBeInstanceOf(Error);
  expect(arrived).toMatchObject({ name: 'RangeError', message: 'too far' });
});

test('what is thrown without being an error arrives as one', async () => {
  expect(await thrownAcross('just text')).toMatchObject({ message: 'just text' });
});
