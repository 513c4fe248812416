import { gunzipSync, gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { define } from '../cluster/definition.js';
import { configMap } from '../cluster/objects.js';
import { suite } from '../suite.js';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** A field of a protobuf message whose content is shorter than 128 bytes. */
const field = (number: number, content: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content]);
const text = (value: string): Uint8Array => Buffer.from(value);

/** A ConfigMap named `name` as a client of Go writes it: magic, envelope, object. */
const protobufConfigMap = (name: string): Uint8Array => {
  const type = Buffer.concat([field(1, text('v1')), field(2, text('ConfigMap'))]);
  const entry = field(2, Buffer.concat([field(1, text('colour')), field(2, text('red'))]));
  const object = Buffer.concat([field(1, field(1, text(name))), entry]);
  return Buffer.concat([Buffer.from([0x6b, 0x38, 0x73, 0x00]), field(1, type), field(2, object)]);
};

suite('content types', ({ promises, ours }) => {
  promises('YAML may be as long as JSON', async ({ api, core }) => {
    const lines = Array.from({ length: 12_000 }, (_none, index) => `  key-${index}: "a value that takes some room"`);
    const body = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: long-yaml\ndata:\n${lines.join('\n')}\n`;
    expect(body.length).toBeGreaterThan(500 * 1024);
    const query = { dryRun: 'All' };
    const made = await api.post(core('configmaps'), body, { type: 'application/yaml', query });
    expect([made.outcome, made.at('data.key-11999')]).toEqual(['201', 'a value that takes some room']);
    const applied = await api.patch('apply', core('configmaps', 'long-yaml'), body, { ...query, fieldManager: 'me' });
    expect(applied.outcome).toBe('201');
    const comment = `# ${'x'.repeat(3 * 1024 * 1024)}\n`;
    const longer = await api.post(core('configmaps'), comment + body, { type: 'application/yaml', query });
    expect(longer.outcome).toBe('413 RequestEntityTooLarge');
  });

  promises('YAML bodies are read', async ({ api, core }) => {
    const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\ndata:\n  colour: red\n';
    const made = await api.post(core('configmaps'), body, { type: 'application/yaml' });
    expect(made.at('data')).toEqual({ colour: 'red' });
  });

  promises('YAML is read as the version 1.1 that Kubernetes knows: on and 0755 are no text', async (scene) => {
    const open = {
      type: 'object',
      properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
    };
    const notes = await define(scene, 'notes', open);
    const read = async (spec: string) => {
      const text = `apiVersion: ${notes.apiVersion}\nkind: ${notes.kind}\nmetadata: {name: note}\nspec:\n${spec}`;
      return scene.api.post(notes.path(), text, { type: 'application/yaml', query: { dryRun: 'All' } });
    };
    const values =
      '[on, yEs, n, 0755, 0o17, 08, 0X1F, -0b11, 1_000, 12:30, 1e3, e1000, 2026-11-20, ~, .5, !!str 1, "no"]';
    expect((await read(`  a: ${values}\n`)).at('spec.a')).toEqual([
      true,
      'yEs',
      false,
      493,
      15,
      8,
      31,
      -3,
      1000,
      '12:30',
      1000,
      'e1000',
      '2026-11-20',
      null,
      0.5,
      '1',
      'no',
    ]);
    const keyed = await read('  yes: 1\n  0x10: 2\n  base: &b {x: 1, w: 1}\n  more: {<<: *b, z: 3}\n  again: *b\n');
    expect(keyed.at('spec')).toEqual({
      true: 1,
      16: 2,
      base: { x: 1, w: 1 },
      more: { x: 1, w: 1, z: 3 },
      again: { x: 1, w: 1 },
    });
    const twice = await read('  a: 1\n  a: 2\n');
    expect([twice.at('spec.a'), twice.warnings]).toEqual([2, ['line 6: key "a" already set in map']]);
    for (const wrong of [
      '  a: .inf\n',
      '  a: *none\n',
      '  ~: 1\n',
      '  [a]: 1\n',
      '  <<: 1\n',
      '  a: &a [*a]\n',
      '  a: !!int b\n',
    ])
      expect([wrong, (await read(wrong)).outcome]).toEqual([wrong, '400 BadRequest']);
  });

  promises('answers can be had in YAML', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('as-yaml', { colour: 'red' }));
    const answer = await api.get(core('configmaps', 'as-yaml'), {}, { accept: 'application/yaml' });
    expect(answer.headers['content-type']).toBe('application/yaml');
    expect(answer.text).toContain('data:\n  colour: red\n');
  });

  promises('protobuf bodies of built-in kinds are read', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), protobufConfigMap('protobuf'), { type: PROTOBUF });
    expect(made.status).toBe(201);
    expect(made.at('data')).toEqual({ colour: 'red' });
  });

  promises('a client that prefers protobuf and takes JSON is answered', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('either'));
    const answer = await api.get(core('configmaps', 'either'), {}, { accept: `${PROTOBUF},application/json` });
    expect(answer.status).toBe(200);
    expect([PROTOBUF, 'application/json']).toContain(answer.headers['content-type']);
  });

  promises('answers for built-in kinds can be had in protobuf', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('as-protobuf', { colour: 'red' }));
    const answer = await api.get(core('configmaps', 'as-protobuf'), {}, { accept: PROTOBUF });
    expect(answer.headers['content-type']).toBe(PROTOBUF);
    expect([...answer.bytes.subarray(0, 4)]).toEqual([0x6b, 0x38, 0x73, 0x00]);
  });

  promises('custom kinds have no protobuf', async (scene) => {
    const cups = await define(scene, 'cups', { type: 'object' });
    expect((await scene.api.get(cups.path(), {}, { accept: PROTOBUF })).status).toBe(406);
  });

  promises('CBOR is refused', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), new Uint8Array([0xd9, 0xd9, 0xf7, 0xa0]), {
      type: 'application/cbor',
    });
    expect(made.outcome).toBe('415 UnsupportedMediaType');
    expect((await api.get(core('configmaps'), {}, { accept: 'application/cbor' })).status).toBe(406);
  });

  promises('what is neither is refused by its name', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), 'name=x', { type: 'application/x-www-form-urlencoded' });
    expect(made.outcome).toBe('415 UnsupportedMediaType');
    expect((await api.get(core('configmaps'), {}, { accept: 'text/html' })).outcome).toBe('406 NotAcceptable');
  });

  promises('a body without a type is read as JSON', async ({ api, core }) => {
    const made = await api.request('POST', core('configmaps'), {
      body: configMap('untyped'),
      headers: { 'content-type': '' },
    });
    expect(made.status).toBe(201);
  });

  promises('parameters of a type do not disturb', async ({ api, core }) => {
    const made = await api.post(core('configmaps'), configMap('charset'), { type: 'application/json; charset=utf-8' });
    expect(made.status).toBe(201);
  });

  promises('what is no JSON is refused', async ({ api, core }) => {
    expect((await api.post(core('configmaps'), '{"metadata":')).outcome).toBe('400 BadRequest');
    expect((await api.post(core('configmaps'), '[]')).outcome).toBe('400 BadRequest');
    expect((await api.post(core('configmaps'), '')).status).toBeGreaterThanOrEqual(400);
  });

  promises('answers of 128 KiB and more are compressed for whoever can read that', async ({ api, core }) => {
    const data = { much: 'kubernetes '.repeat(20_000) };
    await api.post(core('configmaps'), configMap('large', data));
    const answer = await api.get(core('configmaps', 'large'), {}, { 'accept-encoding': 'gzip' });
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(JSON.parse(gunzipSync(answer.bytes).toString()).data).toEqual(data);
    const small = await api.get(core('configmaps', 'yaml'), {}, { 'accept-encoding': 'gzip' });
    expect(small.headers['content-encoding']).toBeUndefined();
  });

  promises('patches of another kind than the four are refused', async ({ api, core }) => {
    await api.post(core('configmaps'), configMap('patched'));
    const answer = await api.request('PATCH', core('configmaps', 'patched'), { body: {}, type: 'application/json' });
    expect(answer.outcome).toBe('415 UnsupportedMediaType');
  });

  ours(
    'a compressed body is read',
    'kube-apiserver reads the bytes as they come, and calls them no JSON',
    async ({ api, core }) => {
      const made = await api.request('POST', core('configmaps'), {
        body: gzipSync(JSON.stringify(configMap('packed'))),
        headers: { 'content-encoding': 'gzip' },
      });
      expect(made.status).toBe(201);
    },
  );
});
