import { apiserver } from './apiserver.js';
import { authorization } from './authorization.js';
import type { Benchmark } from './benchmark.js';
import { boot } from './boot.js';
import { footprint } from './footprint.js';
import { machine } from './machine.js';
import { recovery } from './recovery.js';
import { rights } from './rights.js';
import { store } from './store.js';
import { tunnel } from './tunnel.js';

/** Every benchmark there is, in the order they are listed. */
export const benchmarks: readonly Benchmark[] = [
  store,
  apiserver,
  recovery,
  authorization,
  rights,
  tunnel,
  boot,
  machine,
  footprint,
];
