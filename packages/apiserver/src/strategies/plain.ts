import { dnsSubdomain } from '@drover/api';
import type { Strategy } from '../catalog/strategy.js';

/** A built-in kind without ways of its own. */
export const plain: Strategy = { nameRule: dnsSubdomain, unconditionalUpdate: true, generation: false };

/** A built-in kind whose `metadata.generation` counts changes of its spec. */
export const counted: Strategy = { ...plain, generation: true };

/** How kinds are written whose `status` takes nothing else. */
export const statusAlone = { statusLeaves: 'metadata', statusDisownsMetadata: true } as const;

/** A kind that CustomResourceDefinitions brought: PUT must say which revision it means. */
export const custom: Strategy = { nameRule: dnsSubdomain, generation: true, statusLeaves: 'metadata' };
