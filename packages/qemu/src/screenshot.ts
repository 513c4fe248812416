import { constants } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FILES } from './files.js';
import type { QmpClient } from './qmp.js';

/** The screen as PNG. QEMU writes it to a file in the machine's directory: one at a time. */
export async function takeScreenshot(qmp: QmpClient, directory: string): Promise<Uint8Array> {
  const path = join(directory, FILES.screen);
  try {
    await qmp.execute('screendump', { filename: FILES.screen, format: 'png' });
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    return await file.readFile();
  } finally {
    await rm(path, { force: true });
  }
}
