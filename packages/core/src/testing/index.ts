export { FakeClock } from './fake-clock';
export { documentedSettings, type DocumentedSetting } from './settings-page';
