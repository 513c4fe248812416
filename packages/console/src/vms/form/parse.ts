import type { VirtualMachine } from '@drover/api';
import { parseDocument } from 'yaml';
import { type Message, message } from '../../i18n/message.js';

type Parsed =
  | { readonly vm: VirtualMachine; readonly fault?: undefined }
  | { readonly vm?: undefined; readonly fault: Message };

/** Reads a VirtualMachine from YAML as far as the form needs it; the server checks the rest. */
export function parseVm(text: string): Parsed {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) return { fault: message('yaml.broken', { why: error.message.split('\n')[0] ?? '' }) };
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  if (!isRecord(value) || value['kind'] !== 'VirtualMachine' || !isRecord(value['metadata']))
    return { fault: message('yaml.notVm') };
  const template = isRecord(value['spec']) ? value['spec']['template'] : undefined;
  const spec = isRecord(template) ? template['spec'] : undefined;
  const domain = isRecord(spec) ? spec['domain'] : undefined;
  if (!isRecord(domain) || !isRecord(domain['devices'])) return { fault: message('yaml.noTemplate') };
  const lists = [
    domain['devices']['disks'],
    domain['devices']['interfaces'],
    (spec as Fields)['volumes'],
    (spec as Fields)['networks'],
  ];
  if (lists.some((list) => list !== undefined && !isListOfRecords(list))) return { fault: message('yaml.noTemplate') };
  return { vm: value as unknown as VirtualMachine };
}

type Fields = Record<string, unknown>;

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isListOfRecords = (value: unknown): boolean => Array.isArray(value) && value.every(isRecord);
