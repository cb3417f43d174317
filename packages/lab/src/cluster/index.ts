export type { Lab, LabPod } from './lab';
export { labErrors } from './lab-errors';
export type { PingResult } from './ping';
export { programsOf, type LabPrograms } from './programs';
export { startLab, type LabOptions, type LabProgress } from './start-lab';
