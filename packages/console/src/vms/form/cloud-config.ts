import { type Document, isMap, isScalar, isSeq, parseDocument, type YAMLSeq } from 'yaml';

const HEADER = '#cloud-config';
const AGENT = 'qemu-guest-agent';
const ENABLE = ['systemctl', 'enable', '--now', 'qemu-guest-agent.service'] as const;

/** What is wrong with the text as cloud-init's user data; `undefined` when nothing is. Scripts (`#!`) are not looked into. */
export function cloudConfigFault(text: string): string | undefined {
  if (text.trim() === '' || text.startsWith('#!')) return undefined;
  const [error] = parseDocument(text).errors;
  return error?.message.split('\n')[0];
}

/** Whether the text installs the guest agent. */
export function installsAgent(text: string): boolean {
  const document = editable(text);
  return document !== undefined && listAt(document, 'packages').items.some((item) => scalarOf(item) === AGENT);
}

/** The text with or without the installation of the guest agent, as the Harvester UI writes it. Comments stay. */
export function withAgent(text: string, wanted: boolean): string {
  return edit(text, (document) => {
    const packages = listAt(document, 'packages');
    const commands = listAt(document, 'runcmd');
    packages.items = packages.items.filter((item) => scalarOf(item) !== AGENT);
    commands.items = commands.items.filter((item) => !isEnable(item));
    if (wanted) {
      document.set('package_update', true);
      packages.add(document.createNode(AGENT));
      commands.add(document.createNode([...ENABLE]));
    }
    put(document, 'packages', packages);
    put(document, 'runcmd', commands);
    if (!wanted && packages.items.length === 0) document.delete('package_update');
  });
}

/** The text with the public keys `wanted` among `ssh_authorized_keys`, and those of `known` that are not wanted removed. */
export function withKeys(text: string, wanted: readonly string[], known: readonly string[]): string {
  return edit(text, (document) => {
    const keys = listAt(document, 'ssh_authorized_keys');
    const had = keys.items.map(scalarOf);
    keys.items = keys.items.filter(
      (_, index) => !known.includes(String(had[index])) || wanted.includes(String(had[index])),
    );
    for (const key of wanted) if (!had.includes(key)) keys.add(document.createNode(key));
    put(document, 'ssh_authorized_keys', keys);
  });
}

function edit(text: string, change: (document: Document) => void): string {
  const document = editable(text);
  if (document === undefined) return text;
  change(document);
  if (isMap(document.contents) && document.contents.items.length === 0) return '';
  const written = document.toString({ lineWidth: 0 });
  return written.startsWith(HEADER) ? written : `${HEADER}\n${written.replace(/^#cloud-config\n*/m, '')}`;
}

/** A document that is a mapping, or empty; anything else (a script, broken YAML, a list) is not ours to change. */
function editable(text: string): Document | undefined {
  if (text.startsWith('#!')) return undefined;
  const document: Document = parseDocument(text.trim() === '' ? `${HEADER}\n{}` : text);
  if (document.errors.length > 0) return undefined;
  if (document.contents === null) document.contents = document.createNode({});
  if (isMap(document.contents)) document.contents.flow = false;
  return isMap(document.contents) ? document : undefined;
}

function listAt(document: Document, key: string): YAMLSeq {
  const found = document.get(key, true);
  if (isSeq(found)) return found;
  const made = document.createNode([]);
  made.flow = false;
  return made;
}

function put(document: Document, key: string, list: YAMLSeq): void {
  if (list.items.length > 0) document.set(key, list);
  else document.delete(key);
}

const scalarOf = (item: unknown): unknown => (isScalar(item) ? item.value : undefined);

const isEnable = (item: unknown): boolean => isSeq(item) && item.items.map(scalarOf).join(' ') === ENABLE.join(' ');
