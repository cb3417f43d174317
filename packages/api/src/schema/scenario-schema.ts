import { leastEvery, leastRampStep } from '@podlag/core';
import { leastTtl } from '../life';
import { mostSteps, scenarioStates, stepNumberPattern } from '../scenario';
import { faultProperties, faultRules } from './fault-schema';
import { celText, list, object, oneOf, withDefault, type JsonSchema, type Rule } from './json-schema';
import { label, objectName } from './name-schema';
import { celMilliseconds, duration, isAtMost } from './quantity-schema';
import { ramp } from './ramp-schema';

const actions = ['networkFault', 'latencyMatrix', 'fault'];
const positive = { atLeast: '1ms' };

const isLossRamp = "(has(self.ramp.of) ? self.ramp.of == 'loss' : self.ramp.from.endsWith('%'))";

const stepRules: readonly Rule[] = [
  {
    rule: `[${actions.map((action) => `has(self.${action})`).join(', ')}].filter(x, x).size() == 1`,
    message: `takes exactly one of ${actions.join(', ')}`,
  },
  {
    rule: '!has(self.every) || has(self.for)',
    message: 'every needs a for: how long it is in force each time',
  },
  {
    rule: `!has(self.every) || !has(self.for) || ${isAtMost('self.for', 'self.every')}`,
    message: 'every is shorter than for',
  },
  {
    rule: '!has(self.ramp) || has(self.for) || has(self.ramp.over)',
    message: 'ramp needs over, or a for beside it: without either it has no end',
  },
  {
    rule: `!has(self.ramp) || !has(self.ramp.over) || !has(self.for) || ${isAtMost('self.ramp.over', 'self.for')}`,
    message: 'ramp.over is longer than for',
  },
  ...['self.ramp.over', 'self.for'].map((over, index) => ({
    rule:
      `!has(self.ramp) || !has(${over})${index === 0 ? '' : ' || has(self.ramp.over)'} ||` +
      ` ${celMilliseconds(over)} >= self.ramp.steps * ${leastRampStep.milliseconds}`,
    message: `ramp.steps are too many: each would be shorter than ${leastRampStep.toString()}`,
  })),
  {
    rule:
      '!has(self.ramp) || !has(self.latencyMatrix) ||' +
      " (has(self.ramp.of) ? self.ramp.of == 'scale' : self.ramp.from.endsWith('%'))",
    message: 'ramp: a latencyMatrix has one of scale only, as from 0% to 100%',
  },
  {
    rule: "!has(self.ramp) || has(self.latencyMatrix) || !has(self.ramp.of) || self.ramp.of != 'scale'",
    message: 'ramp: scale is for a latencyMatrix; a fault has ramps of delay, loss and rate',
  },
  {
    rule: `!has(self.ramp) || !has(self.fault) || !has(self.fault.loss) || has(self.fault.loss.ratio) || !${isLossRamp}`,
    message: 'ramp: the loss of this fault is a model without a ratio, which nothing can move',
  },
];

const stepName: JsonSchema = {
  ...label('Unique in the scenario. Absent: step- and its number, from 1.'),
  'x-kubernetes-validations': [
    {
      rule: `!self.matches(${celText(stepNumberPattern)})`,
      message: 'step- and a number is what a step without a name is called: take another, or none',
    },
  ],
};

const step = object(
  'What is in force, and when.',
  {
    name: stepName,
    at: withDefault('0s', duration('When it begins, after the start of the scenario.')),
    for: duration('How long it is in force. Absent: to the end of the scenario.', positive),
    every: duration('Again each time that this has passed; at least as long as for. Absent: once.', {
      atLeast: leastEvery.toString(),
    }),
    ramp,
    networkFault: objectName('A NetworkFault of the same namespace, suspended or not, as a template.'),
    latencyMatrix: objectName('A LatencyMatrix of the same namespace, suspended or not, as a template.'),
    fault: object('A fault of its own: the spec of a NetworkFault, without its life.', faultProperties, {
      required: ['selector'],
      rules: faultRules,
    }),
  },
  { rules: stepRules },
);

const rules: readonly Rule[] = [
  {
    rule: `!has(self.duration) || self.steps.all(s, !${isAtMost('self.duration', 's.at')})`,
    message: 'steps: one begins when duration is over, and would never be in force',
  },
  {
    rule: 'self.steps.all(s, !has(s.name) || self.steps.exists_one(t, has(t.name) && t.name == s.name))',
    message: 'steps: a name is there twice',
  },
  {
    rule: "!has(oldSelf.state) || oldSelf.state != 'Aborted' || (has(self.state) && self.state == 'Aborted')",
    message: 'state: Aborted is for good: make another Scenario, or delete this one and make it anew',
  },
  {
    rule: 'self.steps == oldSelf.steps',
    message: 'steps cannot change, since the agents time them by themselves: make another Scenario',
  },
  {
    rule: 'has(self.duration) == has(oldSelf.duration) && (!has(self.duration) || self.duration == oldSelf.duration)',
    message: 'duration cannot change, since the agents time it by themselves: make another Scenario',
  },
];

/** What a Scenario says. */
export const scenarioSpec = object(
  'Faults on a timeline.',
  {
    state: withDefault(
      'Running',
      oneOf(
        'What it should do. Paused: its time stands still and its faults are gone, until it is Running again.' +
          ' Aborted: it is over for good.',
        scenarioStates,
      ),
    ),
    duration: duration('When all of it ends. Absent: when its last step does.', positive),
    ttl: duration(
      'The lease of each agent: gone when nothing was heard of the controller for so long.' +
        ' Absent: its whole length, and an hour where it has no end.',
      { atLeast: leastTtl },
    ),
    steps: list('What is in force when; those at the same time add up.', step, [1, mostSteps]),
  },
  { required: ['steps'], rules },
);
