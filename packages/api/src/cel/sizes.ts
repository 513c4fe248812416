import type { Sizes } from './cost/estimate.js';
import type { DeclaredType } from './declared-type.js';

/** What a schema says about the sizes of what variables of its type hold. Keys of maps cost nothing to read, as upstream has it. */
export function sizesOf(root: DeclaredType): Sizes {
  return ([, ...path]) => {
    let here: DeclaredType | undefined = root;
    for (const step of path) {
      if (step === '@keys') return here?.element ? { min: 0, max: 0 } : undefined;
      here = step === '@items' || step === '@values' ? here?.element : here?.field?.(step);
    }
    return here && { min: 0, max: here.maxElements };
  };
}
