import { kubectl, kubectls } from '@drover/testkit';
import { expect, inject, it } from 'vitest';
import { DEFINITIONS, define, specSchema } from '../cluster/definition.js';
import { eventually } from '../cluster/eventually.js';
import { type Scene, suite } from '../suite.js';

const binaries = kubectls();
const kubeconfig = inject('target')?.kubeconfig ?? '';

const manifest = (name: string, colour: string): string => `
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
data:
  colour: ${colour}
`;

if (binaries.length === 0) it.skip('kubectl (needs one on the PATH)');
for (const { name: version, path: binary } of binaries) {
  suite(version === 'kubectl' ? version : `kubectl ${version}`, ({ promises }) => {
    const run = ({ namespace }: Scene, args: readonly string[], input?: string) =>
      kubectl(kubeconfig, ['-n', namespace, ...args], { binary, ...(input === undefined ? {} : { input }) });
    const said = async (scene: Scene, args: readonly string[], input?: string): Promise<string> => {
      const { stdout, stderr } = await run(scene, args, input);
      return (stdout + stderr).trim();
    };

    promises('applies, changes, and notices when nothing changed', async (scene) => {
      const apply = (colour: string) => said(scene, ['apply', '-f', '-'], manifest('applied', colour));
      expect(await apply('red')).toBe('configmap/applied created');
      expect(await apply('red')).toBe('configmap/applied unchanged');
      expect(await apply('blue')).toBe('configmap/applied configured');
    });

    promises('applies on the server, and is told of conflicts', async (scene) => {
      const apply = (manager: string, colour: string) =>
        said(scene, ['apply', '--server-side', '--field-manager', manager, '-f', '-'], manifest('shared', colour));
      expect(await apply('one', 'red')).toBe('configmap/shared serverside-applied');
      expect(await apply('two', 'blue')).toContain('conflict with "one": .data.colour');
    });

    promises('refuses a misspelt field before it is sent', async (scene) => {
      const misspelt = `${manifest('misspelt', 'red')}dat: {}\n`;
      expect(await said(scene, ['create', '-f', '-'], misspelt)).toContain('unknown field "dat"');
    });

    promises('shows tables, and objects as JSON path', async (scene) => {
      await run(scene, ['create', 'configmap', 'shown', '--from-literal=a=1']);
      expect(await said(scene, ['get', 'configmap', 'shown'])).toMatch(/^NAME\s+DATA\s+AGE\nshown\s+1\s+\d+s$/);
      expect(await said(scene, ['get', 'cm', 'shown', '-o', 'jsonpath={.data.a}'])).toBe('1');
    });

    promises('explains kinds of its own and of others', async (scene) => {
      expect(await said(scene, ['explain', 'deployment.spec.replicas'])).toContain('replicas <integer>');
      expect(await said(scene, ['explain', 'customresourcedefinition.spec.scope'])).toContain('scope');
    });

    promises('explains kinds and fields in words, by both versions of OpenAPI', async (scene) => {
      for (const output of ['plaintext', 'plaintext-openapiv2']) {
        for (const path of ['deployment', 'deployment.spec', 'pod.spec.containers.livenessProbe.httpGet.port']) {
          const explained = await said(scene, ['explain', path, `--output=${output}`]);
          expect(explained).toMatch(/DESCRIPTION:\n\s*\S/);
          expect(explained).not.toContain('<empty>');
        }
      }
    });

    promises('explains custom kinds by both versions of OpenAPI', async (scene) => {
      const tune = { type: 'string', description: 'what it plays' };
      const horns = await define(scene, 'horns', specSchema({ tune, loud: { type: 'boolean', nullable: true } }));
      const explain = (openApi: string) =>
        kubectl(kubeconfig, ['explain', 'horns.spec', `--api-version=${horns.apiVersion}`], {
          binary,
          env: { KUBECTL_EXPLAIN_OPENAPIV3: openApi },
        });
      for (const openApi of ['true', 'false']) {
        const explained = await eventually(
          () => explain(openApi),
          ({ stdout }) => stdout.includes('what it plays'),
        );
        expect(explained.stdout).toMatch(/tune\s+<string>/);
      }
    });

    promises('waits for a condition', async (scene) => {
      const name = `things.${version.replace('.', '-')}.${scene.unique}.example.com`;
      const group = name.slice('things.'.length);
      const definition = {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name },
        spec: {
          group,
          scope: 'Namespaced',
          names: { plural: 'things', kind: 'Thing' },
          versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
        },
      };
      scene.afterwards(`${DEFINITIONS}/${name}`);
      await run(scene, ['create', '-f', '-'], JSON.stringify(definition));
      expect(await said(scene, ['wait', '--for=condition=Established', `crd/${name}`, '--timeout=20s'])).toContain(
        'condition met',
      );
    });

    promises('asks whether one may', async (scene) => {
      expect(await said(scene, ['auth', 'can-i', 'create', 'pods'])).toBe('yes');
      expect(await said(scene, ['auth', 'can-i', 'create', 'pods', '--as', 'nobody'])).toMatch(/^no/);
    });

    promises('scales, labels, annotates and patches', async (scene) => {
      await run(scene, ['create', 'deployment', 'web', '--image=web', '--replicas=0']);
      expect(await said(scene, ['scale', 'deployment/web', '--replicas=2'])).toBe('deployment.apps/web scaled');
      expect(await said(scene, ['label', 'deployment/web', 'a=b'])).toBe('deployment.apps/web labeled');
      expect(await said(scene, ['patch', 'deployment', 'web', '-p', '{"spec":{"paused":true}}'])).toBe(
        'deployment.apps/web patched',
      );
      expect(await said(scene, ['set', 'image', 'deployment/web', 'web=web:2'])).toBe(
        'deployment.apps/web image updated',
      );
    });

    promises('deletes, and waits until it is gone', async (scene) => {
      await run(scene, ['create', 'configmap', 'gone']);
      expect(await said(scene, ['delete', 'configmap', 'gone'])).toMatch(/^configmap "gone" deleted/);
      expect(await said(scene, ['get', 'configmap', 'gone'])).toContain('(NotFound)');
    });

    promises('compares what is with what would be', async (scene) => {
      await said(scene, ['apply', '-f', '-'], manifest('compared', 'red'));
      const { code, stdout } = await run(scene, ['diff', '-f', '-'], manifest('compared', 'blue'));
      expect(code).toBe(1);
      expect(stdout).toMatch(/^-\s+colour: red$/m);
      expect(stdout).toMatch(/^\+\s+colour: blue$/m);
    });
  });
}
