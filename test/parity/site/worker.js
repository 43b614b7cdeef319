// The built worker as it ships, with a clock that stands still. In this order: imports run one after the other.
import './stopped-clock.js';
// @ts-expect-error: the built SDK is served beside this file.
import '/sdk/worker.js';
