import { describe, expect, it } from 'vitest';
import { namesOf, pascal } from './names.js';

describe('the names of a kind', () => {
  it.each([
    ['', 'v1', 'Pod', 'pods', 'Pod', 'pods'],
    ['networking.k8s.io', 'v1', 'NetworkPolicy', 'networkpolicies', 'NetworkPolicy', 'networkPolicies'],
    ['storage.k8s.io', 'v1', 'CSIDriver', 'csidrivers', 'CSIDriver', 'csiDrivers'],
    ['', 'v1', 'Endpoints', 'endpoints', 'Endpoints', 'endpoints'],
    [
      'k8s.cni.cncf.io',
      'v1',
      'NetworkAttachmentDefinition',
      'network-attachment-definitions',
      'NetworkAttachmentDefinition',
      'networkAttachmentDefinitions',
    ],
    ['harvesterhci.io', 'v1beta1', 'Setting', 'settings', 'HarvesterSetting', 'harvesterSettings'],
    ['management.cattle.io', 'v3', 'Setting', 'settings', 'ManagementSetting', 'managementSettings'],
    ['provisioning.cattle.io', 'v1', 'Cluster', 'clusters', 'ProvisioningCluster', 'provisioningClusters'],
    [
      'autoscaling',
      'v1',
      'HorizontalPodAutoscaler',
      'horizontalpodautoscalers',
      'HorizontalPodAutoscalerV1',
      'horizontalPodAutoscalersV1',
    ],
  ])('%s/%s %s with plural %s are %s and %s', (group, version, kind, plural, type, value) => {
    expect(namesOf(group, version, kind, plural)).toEqual({ type, value });
  });
});

describe('the name of a shape', () => {
  it.each([
    ['spec', false, 'Spec'],
    ['disks', true, 'Disk'],
    ['networkPolicies', true, 'NetworkPolicy'],
    ['addresses', true, 'Address'],
    ['status', true, 'Status'],
    ['x-y', false, 'XY'],
  ])('under %s (an element: %s) is %s', (property, element, expected) => {
    expect(pascal(property, element)).toBe(expected);
  });
});
