import { FakeClock, silentLog } from '@drover/kit';
import { storeConformance } from './conformance.js';
import { openMemoryStore } from './memory.js';

storeConformance('the memory store', async () => openMemoryStore({ clock: new FakeClock(), log: silentLog }), 300);
