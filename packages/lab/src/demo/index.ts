export { demo, type DemoOptions } from './demo';
export { stepProgress } from './step-progress';
