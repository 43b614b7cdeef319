/** @typedef {import('../browser.ts').Visitor} Visitor */

/** @type {typeof import('../../../src/index.ts')} */
const { createRecommender } = await import(new URL('/sdk/index.js', location.href).href);

/**
 * The lists of several visitors, one after the other, by the model.
 *
 * Each visitor has a `now`; the device's clock stands at `moment`. Interactions are moved by the difference, so that all ages are what they
 * were, and hour and weekday are told as context.
 *
 * @param {Visitor[]} visitors
 * @param {number} moment
 * @param {number} limit
 */
async function lists(visitors, moment, limit) {
  const recluse = await createRecommender({
    pack: '/pack/manifest.json',
    backend: 'wasm',
    catalogue: false,
    worker: () => new Worker(`/worker.js?moment=${moment}`, { type: 'module' }),
  });
  await recluse.ready();
  /** @type {import('../browser.ts').Place[][]} */
  const made = [];
  for (const { now, context = {}, interactions } of visitors) {
    await recluse.forget('everything');
    await recluse.track(interactions.map((one) => ({ ...one, time: one.time + moment - now })));
    const { items, source } = await recluse.recommend({ limit, context, source: 'model' });
    if (source !== 'model')
      throw new Error(`${source} answered: ${JSON.stringify((await recluse.status()).problems)}`);
    made.push(items.map(({ id, score }) => ({ id, score })));
  }
  await recluse.close();
  return made;
}

Object.assign(window, { lists });
