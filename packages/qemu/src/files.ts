/**
 * The files of a machine, in its own directory, which is QEMU's working directory: the command line names them relative
 * to it, so that neither the length of the path (a socket's address holds 107 bytes) nor its characters matter.
 */
export const FILES = {
  qmp: 'qmp.sock',
  serial: 'serial.sock',
  vnc: 'vnc.sock',
  agent: 'agent.sock',
  pid: 'qemu.pid',
  /** The socket of the machine's TPM, and a link to where that keeps its state. */
  tpm: 'tpm.sock',
  tpmState: 'tpm',
  /** What QEMU itself says; its last words tell why it went. */
  log: 'qemu.log',
  serialLog: 'serial.log',
  /** The part of the serial history before `serialLog`. */
  serialLogBefore: 'serial.log.1',
  /** A picture of the screen, for as long as it takes to read it. */
  screen: 'screen.png',
  /** What we know of the machine: its description and its process. */
  record: 'machine.json',
  /** Why it ended. Written before the process is told to go, where that is known. */
  exit: 'exit.json',
} as const;

/** What a process leaves behind when it is killed; nothing else in the directory belongs to a run. */
export const RUN_FILES = [
  FILES.qmp,
  FILES.serial,
  FILES.vnc,
  FILES.agent,
  FILES.pid,
  FILES.screen,
  FILES.tpm,
  FILES.tpmState,
] as const;
