import { type AdmissionPlugin, invalid, type KeyPair } from '@drover/api';
import { fingerprint } from './fingerprint.js';

const SUBJECT = { group: 'harvesterhci.io', plural: 'keypairs', kind: 'KeyPair' };

/** Refuses what is no public key. */
export const keyPairAdmission: AdmissionPlugin = {
  name: 'KeyPair',
  resources: ['harvesterhci.io/keypairs'],
  admit({ operation, name, object }) {
    if (operation === 'DELETE') return undefined;
    // The server has validated the object against the schema of the kind.
    const { spec } = object as KeyPair;
    try {
      fingerprint(spec.publicKey);
      return undefined;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw invalid(SUBJECT, name, [{ reason: 'FieldValueInvalid', field: 'spec.publicKey', message: error.message }]);
    }
  },
};
