export { HARVESTER_ROUTES } from './action/paths.js';
export { createHarvester, type Harvester, type HarvesterOptions, type LabConnection } from './harvester.js';
