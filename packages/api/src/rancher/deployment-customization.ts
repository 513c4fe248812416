import { freeForm, intOrString, list, object, text } from '../schema/field.js';

/** What may be changed about a Deployment that runs in an imported cluster. */
export const deploymentCustomization = () =>
  object({
    appendTolerations: list(freeForm()),
    overrideAffinity: freeForm(),
    overrideResourceRequirements: freeForm(),
    schedulingCustomization: object({
      priorityClass: object({ value: intOrString(), preemptionPolicy: text() }),
      podDisruptionBudget: object({ minAvailable: text(), maxUnavailable: text() }),
    }),
  });
