/** Annotations and labels of Harvester and KubeVirt that this package reads or writes. */
export const CLAIM_TEMPLATES = 'harvesterhci.io/volumeClaimTemplates';
export const RUN_STRATEGY = 'harvesterhci.io/vmRunStrategy';
export const RESERVED_MEMORY = 'harvesterhci.io/reservedMemory';
export const HOTPLUG = 'harvesterhci.io/enableCPUAndMemoryHotplug';
export const MAC_ADDRESSES = 'harvesterhci.io/mac-address';
export const REMOVED_CLAIMS = 'harvesterhci.io/removedPersistentVolumeClaims';
export const IMAGE_ID = 'harvesterhci.io/imageId';
/** Why a machine was halted: its namespace has too little left. */
export const INSUFFICIENT_QUOTA = 'harvesterhci.io/insufficient-resource-quota';
export const OWNED_BY = 'harvesterhci.io/owned-by';
export const VM_FINALIZER = 'kubevirt.io/virtualMachineControllerFinalize';
export const VMI_FINALIZER = 'kubevirt.io/foregroundDeleteVirtualMachine';
