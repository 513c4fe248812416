import { virtualMachineTemplates, virtualMachineTemplateVersions } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { templates, templateVersions } from '../bootstrap/templates.js';
import { openTestCluster } from '../testing/cluster.js';
import { templateController } from './controller.js';

describe('a template', () => {
  it('numbers its versions, and has the first one as default', async () => {
    await using lab = await openTestCluster();
    lab.run(
      templateController({ ...lab, templates: lab.informers.templates, versions: lab.informers.templateVersions }),
    );
    const [template] = templates();
    const [version] = templateVersions();
    if (template === undefined || version === undefined) throw new Error('there are no built-in templates');
    await lab.client.create(virtualMachineTemplates, template);
    await lab.client.create(virtualMachineTemplateVersions, version);
    const first = await lab.until(
      virtualMachineTemplateVersions,
      `harvester-public/${version.metadata.name}`,
      ({ status }) => status?.version === 1,
    );
    expect(first.metadata).toMatchObject({
      labels: { 'template.harvesterhci.io/templateID': template.metadata.name },
      ownerReferences: [{ kind: 'VirtualMachineTemplate', name: template.metadata.name }],
    });
    await lab.client.create(virtualMachineTemplateVersions, {
      ...version,
      metadata: { namespace: 'harvester-public', name: 'second' },
    });
    await lab.until(virtualMachineTemplateVersions, 'harvester-public/second', ({ status }) => status?.version === 2);
    const numbered = await lab.until(
      virtualMachineTemplates,
      `harvester-public/${template.metadata.name}`,
      ({ status }) => status?.latestVersion === 2,
    );
    expect(numbered).toMatchObject({
      spec: { defaultVersionId: `harvester-public/${version.metadata.name}` },
      status: { defaultVersion: 1 },
    });
  });
});
