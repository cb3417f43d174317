import { faultPhases, scenarioPhases } from '../status';
import { list, listByKey, object, oneOf, time, type JsonSchema } from './json-schema';

const count = (description: string): JsonSchema => ({
  ...{ type: 'integer', format: 'int32', minimum: 0, description },
});

/** Without a bound: what an agent says is never a reason to lose the rest of a status. */
const words = (description: string): JsonSchema => ({ type: 'string', description });

const generation: JsonSchema = {
  ...{ type: 'integer', format: 'int64', minimum: 0 },
  description: 'The generation of the object that this is about.',
};

const pods = object(
  'How many pods it is about, and how many of them have it. Where nothing is asked of anybody a pod is in no other count.',
  {
    selected: count('Pods that it is about.'),
    effective: count(
      'It is in force: agents read it back from their kernels. Of a Scenario, also what waits for its time.',
    ),
    pending: count('Not heard of yet, or not dropped yet where it is to go.'),
    failed: count(
      'Their agents, or their kernels, refuse it, or have not been brought to drop it, or there is no agent.',
    ),
  },
);

const failure = object(
  'Why one pod does not have what it should, or has what it should not.',
  {
    pod: words('Its namespace and name, as shop/web-1.'),
    code: words('For a machine; stable.'),
    detail: words('What is wrong.'),
    hint: words('What to do.'),
  },
  { required: ['pod', 'code', 'detail'] },
);

const condition = object(
  'One condition, as in metav1.Condition.',
  {
    type: words('What it is about.'),
    status: oneOf('Whether it is so.', ['True', 'False', 'Unknown']),
    reason: words('Why, in CamelCase, for a machine.'),
    message: words('Why, for a person.'),
    lastTransitionTime: time('When status changed last.'),
    observedGeneration: generation,
  },
  { required: ['type', 'status', 'reason', 'message', 'lastTransitionTime'] },
);

function commonStatus(phases: readonly string[]): Readonly<Record<string, JsonSchema>> {
  return {
    observedGeneration: generation,
    phase: oneOf('Where it stands.', phases),
    startTime: time('When it was first in force.'),
    endTime: time('When it ended, or will end.'),
    summary: words('What it does, in a few words.'),
    ready: words('Pods in which it is in force, of those that it selects, as 3/3; 0/3 when it is over.'),
    pods,
    failures: list(
      'Why pods do not have it, or still do where it is to go: the first ten.',
      failure,
      [0, 10],
    ),
    conditions: listByKey('What is so, and since when.', condition, { key: 'type', bounds: [0, 16] }),
  };
}

const describeStatus = 'What was observed, by the controller.';

/** As NetworkFaultStatus. */
export const networkFaultStatus = object(describeStatus, commonStatus(faultPhases));

/** As LatencyMatrixStatus. */
export const latencyMatrixStatus = object(describeStatus, {
  ...commonStatus(faultPhases),
  baselines: list(
    'Round trips between regions before anything was added.',
    object(
      'One pair of regions.',
      {
        between: list('The two regions.', words('A region.'), [2, 2]),
        rtt: words('The shortest that was measured; the median of theirs where several pods have.'),
      },
      { required: ['between', 'rtt'] },
    ),
    [0, 4096],
  ),
});

/** As ScenarioStatus. */
export const scenarioStatus = object(describeStatus, {
  ...commonStatus(scenarioPhases),
  position: words('How far it had come when it was paused, as 42s.'),
  skew: words(
    "The most that the clock of an agent may be off the controller's, as 3ms; two agents are at most twice that apart.",
  ),
});
