import { faultProperties, faultRules } from './fault-schema';
import { object } from './json-schema';
import { leaseProperties } from './lease-schema';

/** What a NetworkFault says. */
export const networkFaultSpec = object(
  'What is wrong with the network of some pods.',
  { ...faultProperties, ...leaseProperties },
  { required: ['selector'], rules: faultRules },
);
