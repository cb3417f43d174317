import { describeDriver } from '../../test/driver-conformance';
import { FakeDriver } from './fake-driver';

const driver = new FakeDriver();

describeDriver('the driver in memory', () => ({ driver, device: 'eth0' }));
