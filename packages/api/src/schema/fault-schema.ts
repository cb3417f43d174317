import { directions } from '@podlag/core';
import { modes } from '../fault-spec';
import { effectSchemas } from './effect-schemas';
import { integer, oneOf, withDefault, type JsonSchema, type Rule } from './json-schema';
import { labelSelector } from './label-selector-schema';
import { isZero, seed } from './quantity-schema';
import { targets } from './target-schema';

const effectNames = Object.keys(effectSchemas);

/** What a NetworkFault and a fault of a Scenario's own have in common. */
export const faultProperties: Readonly<Record<string, JsonSchema>> = {
  selector: labelSelector('Pods of the same namespace that have the fault; {} means all.'),
  mode: withDefault('all', oneOf('How many of the selected pods have the fault.', modes)),
  value: integer('The number of pods for mode fixed, the percentage for mode percent.', [1, 1_000_000]),
  ...effectSchemas,
  direction: withDefault(
    'egress',
    oneOf('Seen from the selected pods: what they send, what they receive, or both.', directions),
  ),
  to: targets('Whom the fault meets. Absent: everybody.'),
  except: targets('Whom it does not meet, of those.'),
  seed,
};

/** What the fields of a fault say together; the same wherever a fault stands. */
export const faultRules: readonly Rule[] = [
  {
    rule: effectNames.map((effect) => `has(self.${effect})`).join(' || '),
    message: `does nothing: set at least one of ${effectNames.join(', ')}`,
  },
  {
    rule:
      '!has(self.reorder) || (has(self.delay) &&' +
      ` (!has(self.delay.time) || !${isZero('self.delay.time')}) &&` +
      ` (!has(self.delay.rtt) || !${isZero('self.delay.rtt')}))`,
    message: 'reorder needs a delay in the same fault: what is not delayed cannot be overtaken',
  },
  {
    rule: "!(self.mode in ['fixed', 'percent']) || has(self.value)",
    message: 'mode fixed and mode percent need a value',
  },
  {
    rule: "self.mode in ['fixed', 'percent'] || !has(self.value)",
    message: 'value belongs to mode fixed or percent',
  },
  {
    rule: "self.mode != 'percent' || !has(self.value) || self.value <= 100",
    message: 'value is more than 100 percent',
  },
];
