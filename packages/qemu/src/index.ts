export { type Adoption, adoptMachine, adoptMachines, forgetMachine } from './adopt.js';
export {
  AgentError,
  type AgentInfo,
  AgentTimeout,
  AgentUnavailable,
  type GuestAddress,
  GuestAgent,
  type GuestFilesystem,
  type GuestInterface,
  type GuestOs,
  type GuestUser,
} from './agent.js';
export { qemuArguments } from './arguments.js';
export {
  type Accelerator,
  type Cpu,
  DescriptionError,
  type Disk,
  type DiskFormat,
  type EmptyDrive,
  type Firmware,
  type Layer,
  type MachineDescription,
  type Nic,
  type PortForward,
  type Smbios,
  type TapNetwork,
  type Tpm,
  type UserNetwork,
} from './description.js';
export type { ExitReason, MachineExit } from './exit.js';
export type { UefiFirmware } from './firmware.js';
export { detectHost, type Host, HostProblem, type ImageTools, type QemuBinary } from './host.js';
export type { Processors } from './hotplug.js';
export { ImageRefused, type RefusalReason } from './image-refused.js';
export { type ConvertOptions, type ImageInfo, Images } from './images.js';
export { IsoError, type IsoFile, isoImage } from './iso9660.js';
export { UnexpectedReply } from './json.js';
export { MachineGone, type MachineState } from './life.js';
export { Machine, type MachineDeps, type MachineEvent, NoScreen } from './machine.js';
export type { Block, OpenForward } from './monitor.js';
export { type UserAddresses, userAddresses } from './network.js';
export { QmpClient, QmpClosed, QmpError, type QmpEvent, QmpTimeout } from './qmp.js';
export type { MachineOutline } from './record.js';
export { noCloudSeed, type Seed } from './seed.js';
export { TooManyViewers, ViewerStalled } from './serial.js';
export { MachineExists, StartError, startMachine } from './start.js';
export { ToolError } from './tool.js';
export { NO_SWTPM, TpmError } from './tpm.js';
