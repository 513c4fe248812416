/** KubeVirt's aggregated API for machines: `start`, `stop`, `restart`. */
export const vmOrders = { group: 'subresources.kubevirt.io', version: 'v1', plural: 'virtualmachines' };

/** KubeVirt's aggregated API for running machines: `pause`, `unpause`, `softreboot`, and their consoles. */
export const vmiOrders = { group: 'subresources.kubevirt.io', version: 'v1', plural: 'virtualmachineinstances' };
