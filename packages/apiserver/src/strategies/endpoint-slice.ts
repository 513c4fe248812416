import type { Strategy } from '../catalog/strategy.js';
import { absent, loose } from './absent.js';
import { counted } from './plain.js';

/** A slice without endpoints is one of a service that has none: clients of Go leave an empty list out. */
export const endpointSlice: Strategy = { ...counted, fill: (object) => absent(loose(object), 'endpoints', []) };
