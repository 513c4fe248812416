import { virtualMachineImages } from '@drover/api';
import { need } from '../rights/needs.js';

/** What making an image takes; uploading its file is the same. */
export const CREATE_IMAGE = need('create', virtualMachineImages);

/** What deleting one takes. */
export const DELETE_IMAGE = need('delete', virtualMachineImages);
