export { DroverProcess, droverProgram, type Ended, type ReadyLine } from './drover-process.js';
export { guestDescription, machineDeps } from './guest/description.js';
export { buildGuest, type Guest, guestMissing } from './guest/guest.js';
export { Terminal } from './guest/terminal.js';
export { type KubectlBinary, type KubectlResult, kubectl, kubectls } from './kubectl.js';
export { clearLab, kubeconfigClient, registerLab } from './lab.js';
export { present } from './present.js';
export { Session } from './session.js';
export { temporaryDirectory } from './temporary.js';
