export { bedVariable, readBed, waitForBed, type Bed, type BedPod, type BedProcess } from './bed-file';
export { requireBedNetwork, runInBedNetwork } from './bed-network';
export { controlPlaneErrors } from './control-plane-errors';
export { ensureKubernetes, missingPrograms, type EnsureKubernetesOptions } from './ensure-kubernetes';
export { bedImages, StandInKubelet, type ImageTable, type LabImage } from './kubelet';
export { programFolders, programNames, type Kubernetes } from './kubernetes';
export { runInBed, type RunInBedOptions } from './run-in-bed';
export { startControlPlane, type ControlPlane, type ControlPlaneOptions } from './start-control-plane';
