export { bedImages, type ImageTable, type LabImage } from './images';
export { StandInKubelet, type KubeletOptions } from './stand-in-kubelet';
