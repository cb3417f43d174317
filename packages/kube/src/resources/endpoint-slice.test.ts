import { endpointSlices, type EndpointSlice } from './endpoint-slice';

test('the slice of a Service without pods has neither endpoints nor ports, which the API server writes as null', () => {
  const slice = {
    metadata: { name: 'pd-x7f2k', namespace: 'shop' },
    ...{ addressType: 'IPv4', endpoints: null, ports: null },
  } as unknown as EndpointSlice;
  expect(endpointSlices.keep?.(slice)).toMatchObject({ addressType: 'IPv4', endpoints: [], ports: [] });
});
