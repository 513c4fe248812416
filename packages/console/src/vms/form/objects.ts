import type { Secret, VirtualMachine } from '@drover/api';

/** cloud-init's data of a machine. */
export interface CloudInit {
  readonly userData: string;
  readonly networkData: string;
}

/** Whether there is anything for cloud-init. */
export const hasCloudInit = ({ userData, networkData }: CloudInit): boolean =>
  userData.trim() !== '' || networkData.trim() !== '';

/** The secret with cloud-init's data, owned by the machine that was just created so that it goes with it. */
export function cloudInitSecret(name: string, vm: VirtualMachine, { userData, networkData }: CloudInit): Secret {
  const { name: owner = '', namespace = '', uid = '' } = vm.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace,
      labels: { 'harvesterhci.io/cloud-init-template': 'harvester' },
      ownerReferences: [{ apiVersion: 'kubevirt.io/v1', kind: 'VirtualMachine', name: owner, uid }],
    },
    type: 'secret',
    data: { userdata: base64(userData), networkdata: base64(networkData) },
  };
}

/** The text as UTF-8 in base64. */
export function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** The text of UTF-8 in base64; empty for what is no base64. */
export function fromBase64(encoded: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0)));
  } catch {
    return '';
  }
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Five random lower-case letters and digits, as Harvester appends to the names of claims and secrets. */
export function suffix(random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array): string {
  return [...random(new Uint8Array(5))].map((byte) => LETTERS[byte % LETTERS.length]).join('');
}
