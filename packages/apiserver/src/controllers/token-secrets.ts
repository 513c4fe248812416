import type { Secret } from '@drover/api';
import type { StoredObject } from '../registry/core.js';
import type { Controller, ControllerContext, ObjectEvent } from './controller.js';
import { ReconcileLoop } from './reconcile-loop.js';

const SECRETS = { group: '', plural: 'secrets' };
const SERVICE_ACCOUNTS = { group: '', plural: 'serviceaccounts' };
/** The type of a Secret that holds a token of an account, and the annotations that name the account. */
const TOKEN_TYPE = 'kubernetes.io/service-account-token';
const ACCOUNT_NAME = 'kubernetes.io/service-account.name';
const ACCOUNT_UID = 'kubernetes.io/service-account.uid';

/** On a Secret whose token has been used: on which day last. */
const LAST_USED = 'kubernetes.io/legacy-token-last-used';

/** Fills Secrets that ask for a service account's token, and deletes them when the account is gone; notes on them the day of their last use. */
export const tokenSecrets: Controller = (context) => {
  const { objects } = context;
  const stop = new AbortController();
  const loop = new ReconcileLoop({ ...context, name: 'token-secrets', reconcile: (key) => reconcile(context, key) });
  const onSecrets = (events: readonly ObjectEvent[]): void => {
    for (const { type, object } of events)
      if (type !== 'DELETED' && accountOf(object) !== undefined) loop.add(keyOf(object));
  };
  const onAccounts = (events: readonly ObjectEvent[]): void => {
    for (const { type, object } of events) {
      if (type === 'MODIFIED') continue;
      const { name, namespace } = object.metadata;
      for (const secret of objects.list(SECRETS, namespace)) if (accountOf(secret) === name) loop.add(keyOf(secret));
    }
  };
  objects.watch(SERVICE_ACCOUNTS, onAccounts, stop.signal);
  objects.watch(SECRETS, onSecrets, stop.signal);
  const uses = new ReconcileLoop({ ...context, name: 'token-uses', reconcile: (key) => noteUse(context, key) });
  const onUse = context.tokens.onSecretUsed((secret) => {
    const labels = objects.get(SECRETS, secret)?.metadata.labels;
    if (labels?.[LAST_USED] !== today(context)) uses.add(`${secret.namespace}/${secret.name}`);
  });
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      onUse[Symbol.dispose]();
      await uses[Symbol.asyncDispose]();
      await loop[Symbol.asyncDispose]();
    },
  };
};

async function noteUse(context: ControllerContext, key: string): Promise<void> {
  const [namespace = '', name = ''] = key.split('/');
  await context.objects.update(SECRETS, { namespace, name }, (object) => {
    const labels = { ...object.metadata.labels, [LAST_USED]: today(context) };
    return { ...object, metadata: { ...object.metadata, labels } };
  });
}

function today({ clock }: ControllerContext): string {
  return new Date(clock.now()).toISOString().slice(0, 10);
}

async function reconcile({ objects, caPem, tokens }: ControllerContext, key: string): Promise<void> {
  const [namespace = '', name = ''] = key.split('/');
  const secret = objects.get(SECRETS, { namespace, name });
  const account = secret && accountOf(secret);
  if (!secret || account === undefined || secret.metadata.deletionTimestamp !== undefined) return;
  const owner = objects.get(SERVICE_ACCOUNTS, { namespace, name: account })?.metadata;
  const asked = secret.metadata.annotations?.[ACCOUNT_UID];
  if (!owner || (asked !== undefined && asked !== owner.uid)) {
    await objects.delete(SECRETS, { namespace, name }, { uid: secret.metadata.uid });
    return;
  }
  await objects.update(SECRETS, { namespace, name }, (object) => {
    if (object.metadata.uid !== secret.metadata.uid) return undefined;
    const { data = {} } = object as Secret;
    const wanted = {
      'ca.crt': base64(caPem),
      namespace: base64(namespace),
      token: data['token'] ?? base64(tokens.issueForSecret(namespace, { name: owner.name, uid: owner.uid }, name)),
    };
    const filled = Object.entries(wanted).every(([field, value]) => data[field] === value);
    if (filled && object.metadata.annotations?.[ACCOUNT_UID] === owner.uid) return undefined;
    const annotations = { ...object.metadata.annotations, [ACCOUNT_UID]: owner.uid };
    const changed: Secret = {
      ...(object as Secret),
      metadata: { ...object.metadata, annotations },
      data: { ...data, ...wanted },
    };
    return changed;
  });
}

/** The account whose token the Secret asks for. */
function accountOf(object: StoredObject): string | undefined {
  return (object as Secret).type === TOKEN_TYPE ? object.metadata.annotations?.[ACCOUNT_NAME] : undefined;
}

function keyOf({ metadata: { namespace = '', name } }: StoredObject): string {
  return `${namespace}/${name}`;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
