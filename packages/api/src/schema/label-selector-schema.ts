import {
  labelKeyPattern,
  labelValuePattern,
  longestLabelKey,
  longestLabelValue,
  operators,
  selectorLimits,
} from '../label-selector';
import { list, object, oneOf, shaped, type JsonSchema, type Rule } from './json-schema';

const labelValue = (description: string): JsonSchema =>
  shaped(description, longestLabelValue, labelValuePattern);

const labelKey = shaped('Key of the label.', longestLabelKey, labelKeyPattern);

const valuesFitOperator: Rule = {
  rule: "self.operator.endsWith('In') == (has(self.values) && self.values.size() > 0)",
  message: 'operator In and NotIn take at least one of values, Exists and DoesNotExist none',
};

/** As metav1.LabelSelector, with bounds. */
export function labelSelector(description: string): JsonSchema {
  return object(description, {
    matchLabels: {
      ...{ type: 'object', maxProperties: selectorLimits.matchLabels },
      additionalProperties: labelValue('Value of the label.'),
      description: 'Labels that must be there with these values.',
    },
    matchExpressions: list(
      'Requirements that must all be met.',
      object(
        'One requirement.',
        {
          key: labelKey,
          operator: oneOf('How the label is compared.', operators),
          values: list('At least one for In and NotIn, none for the others.', labelValue('A value.'), [
            0,
            selectorLimits.values,
          ]),
        },
        { required: ['key', 'operator'], rules: [valuesFitOperator] },
      ),
      [0, selectorLimits.matchExpressions],
    ),
  });
}
