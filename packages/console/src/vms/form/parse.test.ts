import { describe, expect, it } from 'vitest';
import { yamlOf } from '../../components/yaml.js';
import { emptyForm } from './model.js';
import { parseVm } from './parse.js';
import { writeVm } from './write.js';

const vm = writeVm({ ...emptyForm('default'), name: 'web' }, undefined);

describe('parseVm', () => {
  it('reads what is shown', () => {
    expect(parseVm(yamlOf(vm)).vm).toEqual(vm);
  });

  it.each([
    ['a: [', 'yaml.broken'],
    ['kind: Pod\nmetadata: {}', 'yaml.notVm'],
    ['- 1', 'yaml.notVm'],
    ['kind: VirtualMachine\nmetadata: {}\nspec: {}', 'yaml.noTemplate'],
    [
      'kind: VirtualMachine\nmetadata: {}\nspec: {template: {spec: {domain: {devices: {disks: [1]}}}}}',
      'yaml.noTemplate',
    ],
  ])('refuses %j', (text, key) => {
    expect(parseVm(text).fault?.key).toBe(key);
  });
});
