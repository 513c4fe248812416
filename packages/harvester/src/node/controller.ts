import type { Node } from '@drover/api';
import type { Informer } from '@drover/client';
import { type Controller, createController, done, watches } from '@drover/controller';
import type { RandomBytes } from '@drover/kit';
import { type HeartbeatOptions, registerNode } from './heartbeat.js';

/** Makes the host's Node object anew as soon as somebody deletes it: the host is still there, as a kubelet that restarts would say. */
export function nodeController(
  options: HeartbeatOptions & { readonly random: RandomBytes; readonly nodes: Informer<Node> },
): Controller {
  const { clock, random, log, nodes, identity } = options;
  return createController({
    name: 'node',
    async reconcile({ name }) {
      if (nodes.get(undefined, name) === undefined) await registerNode(options);
      return done;
    },
    sources: [
      watches(nodes, {
        when: ({ type }) => type === 'deleted',
        map: ({ metadata: { name } }) => (name === identity.name ? [{ name }] : []),
      }),
    ],
    clock,
    random,
    log,
  });
}
