import type { UpConfig } from './config.js';
import { importLab } from './import-lab.js';
import { announceLab, startLab } from './lab.js';
import { announceServer, startServer, stopped } from './server.js';
import type { Surroundings } from './surroundings.js';

/** Server and lab in one process, with the lab imported: what `npm start` runs. Machines outlive it. */
export async function runUp(config: UpConfig, surroundings: Surroundings): Promise<void> {
  await using server = await startServer(config.server, surroundings);
  await using lab = await startLab(config.lab, surroundings);
  announceServer(server, surroundings);
  announceLab(lab, surroundings);
  if (config.importLab) {
    await importLab(server, lab, surroundings).catch((error: unknown) => {
      if (!surroundings.signal.aborted) throw error;
    });
  }
  await stopped(surroundings.signal);
}
