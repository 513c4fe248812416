/**
 * The lines that put a registration URL into a Harvester cluster's setting with kubectl. The URL holds no quote: the server
 * makes it of letters, digits and `_`.
 */
export const settingCommand = (manifestUrl: string): string =>
  `kubectl patch settings.harvesterhci.io cluster-registration-url --type merge \\\n  -p '{"value":"${manifestUrl}"}'`;

/** The lines that take the registration URL out again, so that the cluster stops looking for its manager. */
export const resetCommand = `kubectl patch settings.harvesterhci.io cluster-registration-url --type merge -p '{"value":""}'`;

/** The lines that register a plain Kubernetes cluster, or a Harvester whose settings cannot be reached. */
export const applyCommand = (manifestUrl: string): string => `kubectl apply -f ${manifestUrl}`;

/** The lines that carry an image to a cluster without a way out: save here, import on each host. */
export const airGapCommands = (image: string): string => {
  const file = `${image.replace(/[^A-Za-z0-9._-]+/g, '-')}.tar`;
  return [
    '# where the image can be pulled',
    `docker pull ${image}`,
    `docker save -o ${file} ${image}`,
    '# on each host of the cluster, with the file copied there',
    `ctr -n k8s.io image import ${file}`,
    `crictl image ls | grep ${image.split(':')[0]?.split('/').pop() ?? image}`,
  ].join('\n');
};
