import { annotations } from '@podlag/core';
import { celString } from './cel-literal';
import type { PolicyVariable } from './policy-variable';

/**
 * The largest whole number of each unit that is not above 30 days, in digits; and the digits that a fraction of it may
 * have until it is finer than a nanosecond. So bounded, no duration of CEL (64 bits) overflows or is rounded.
 */
const units = [
  { unit: 'h', whole: 3, fraction: 9 },
  { unit: 'm', whole: 5, fraction: 9 },
  { unit: 's', whole: 7, fraction: 9 },
  { unit: 'ms', whole: 10, fraction: 6 },
  { unit: 'us', whole: 13, fraction: 3 },
  { unit: 'ns', whole: 16, fraction: 0 },
] as const;

const mostDigits = 18;
const longestText = 64;

function number(whole: number, fraction: number): string {
  const decimals = fraction === 0 ? '' : `([.][0-9]{1,${fraction}})?`;
  return `0{0,${mostDigits - whole}}[0-9]{1,${whole}}${decimals}`;
}

const bare = `^${number(10, 6)}$`;
const terms = `^${units.map(({ unit, whole, fraction }) => `(${number(whole, fraction)}${unit})?`).join('')}$`;

/** `variables.latency`: what the pod's annotation asks for as `Duration` prints it, or empty when it asks for none. */
export const latencyVariables: readonly PolicyVariable[] = [
  {
    name: 'latencyText',
    expression: `variables.annotations[?${celString(annotations.latency)}].orValue("")`,
  },
  {
    // A number without unit is milliseconds.
    name: 'latencyWithUnit',
    expression: `variables.latencyText.matches(${celString(bare)})
  ? variables.latencyText + "ms" : variables.latencyText`,
  },
  {
    name: 'hasLatency',
    expression: `variables.latencyText != "" && variables.latencyText.size() <= ${longestText}
  && variables.latencyWithUnit.matches(${celString(terms)})
  && duration(variables.latencyWithUnit) <= duration("720h")`,
  },
  {
    name: 'latencySpan',
    expression: 'duration(variables.hasLatency ? variables.latencyWithUnit : "0s")',
  },
  { name: 'latencySeconds', expression: 'variables.latencySpan.getSeconds()' },
  {
    // The rest below a second, printed "0.0205s", as nine digits.
    name: 'latencyFraction',
    expression: `(string(variables.latencySpan - duration(string(variables.latencySeconds) + "s"))
  .replace("0.", "", 1).replace("s", "") + "000000000").substring(0, 9)`,
  },
  { name: 'latencyNanoseconds', expression: 'int(variables.latencyFraction)' },
  {
    name: 'latency',
    expression: `!variables.hasLatency ? ""
: variables.latencySeconds == 0 && variables.latencyNanoseconds == 0 ? "0ms"
: variables.latencySeconds == 0 && variables.latencyNanoseconds < 1000
  ? string(variables.latencyNanoseconds) + "ns"
: variables.latencySeconds == 0 && variables.latencyNanoseconds < 1000000
  ? string(double(variables.latencyNanoseconds) / 1000.0) + "us"
: variables.latencySeconds == 0
  ? string(double(variables.latencyNanoseconds) / 1000000.0) + "ms"
: (variables.latencySeconds >= 3600 ? string(variables.latencySeconds / 3600) + "h" : "")
  + (variables.latencySeconds / 60 % 60 > 0 ? string(variables.latencySeconds / 60 % 60) + "m" : "")
  + (variables.latencySeconds % 60 > 0 || variables.latencyNanoseconds > 0
    ? (string(variables.latencySeconds % 60) + "." + variables.latencyFraction)
      .find("^[0-9]+([.][0-9]*[1-9])?") + "s"
    : "")`,
  },
];
