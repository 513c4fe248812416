import type { AdmissionReview, KubeObject } from '@drover/api';
import { CREATOR_ID } from '../clusters/side-objects.js';

const USER_NAME = /^(u|user)-[a-z0-9]+$/;

/**
 * Notes who makes an object, which is who becomes its owner: nobody says that about themselves or others, and nobody changes it
 * afterwards. Returns the object with that corrected, or `undefined` when nothing is to be corrected.
 */
export function withCreator({
  object,
  old,
  operation,
  identity,
  subresource,
}: AdmissionReview): KubeObject | undefined {
  if (object === undefined || subresource !== undefined) return undefined;
  const trusted = identity.groups.includes('system:masters');
  const claimed = object.metadata.annotations?.[CREATOR_ID];
  if (trusted && operation === 'CREATE') return undefined;
  const rightful = operation === 'CREATE' ? creatorOf(identity.name) : old?.metadata.annotations?.[CREATOR_ID];
  if (claimed === rightful || (trusted && claimed !== undefined && rightful === undefined)) return undefined;
  const { [CREATOR_ID]: _, ...annotations } = object.metadata.annotations ?? {};
  const corrected = rightful === undefined ? annotations : { ...annotations, [CREATOR_ID]: rightful };
  return { ...object, metadata: { ...object.metadata, annotations: corrected } };
}

const creatorOf = (name: string): string | undefined => (USER_NAME.test(name) ? name : undefined);
