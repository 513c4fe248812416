export { createHarvester, type Harvester, type HarvesterOptions, type LabConnection } from './harvester.js';
