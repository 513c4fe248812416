import { apiserver } from './apiserver.js';
import type { Benchmark } from './benchmark.js';
import { boot } from './boot.js';
import { footprint } from './footprint.js';
import { machine } from './machine.js';
import { store } from './store.js';

/** Every benchmark there is, in the order they are listed. */
export const benchmarks: readonly Benchmark[] = [store, apiserver, boot, machine, footprint];
