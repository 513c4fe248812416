import type { Identity } from '@drover/api';

/** Who the API server's own controllers are: they empty namespaces that are deleted, and collect what has lost its owner. */
const SERVER = 'system:apiserver';

/** Whether a deletion only carries out another one that was admitted; what protects objects from people lets it pass. */
export const isHousekeeping = ({ name }: Identity): boolean => name === SERVER;
