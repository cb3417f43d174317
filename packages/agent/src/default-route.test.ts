import { defaultRouteDevice } from './default-route';

test('the first default route names the device', () => {
  const routes = ['eth0', 'eth1'].map((device) => ({ device, gateway: undefined }));
  expect(defaultRouteDevice(routes)).toBe('eth0');
});

test('without any the error says which setting names the device', () => {
  expect(() => defaultRouteDevice([])).toThrow(
    expect.objectContaining({
      code: 'no-default-route',
      hint: expect.stringContaining('PODLAG_DEVICE') as string,
    }),
  );
});
