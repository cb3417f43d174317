import type { FaultReport } from '../dispatch/agent-report';
import type { Outcome } from '../desired/outcome';
import { tally } from './tally';
import { faultVerdict, scenarioVerdict } from './verdict';

const pending: FaultReport = { kind: 'pending' };
const inForce: FaultReport = { kind: 'in-force' };
const refused: FaultReport = {
  kind: 'failed',
  problem: { code: 'too-many-targets', detail: 'too many', hint: 'fewer' },
};
const noAgent = (pod: string) => ({ code: 'no-agent' as const, detail: 'no sidecar', hint: 'label it', pod });
const unresolved = {
  code: 'unresolved-hostname' as const,
  detail: 'hostname db has no address: queryA ENOTFOUND db',
  hint: 'Correct it.',
};
const now = 1_000;

function given(
  reports: Record<string, FaultReport>,
  rest: Partial<Outcome> = {},
  left: readonly string[] = [],
) {
  const pods = Object.keys(reports);
  const outcome: Outcome = {
    pods,
    plannedNames: new Map(pods.map((pod) => [pod, ['a.networkfault']])),
    problems: [],
    ...rest,
  };
  const leftovers = new Map(left.map((pod) => [pod, ['a.networkfault']]));
  const counted = tally(outcome, (pod) => reports[pod] ?? pending, leftovers);
  return { outcome, tally: counted, isSuspended: false, wasFailed: false, now };
}

const silent: FaultReport = {
  kind: 'failed',
  problem: { code: 'agent-unreachable', detail: 'no answer for 10 s', hint: 'see its log' },
};
/** It asks for nothing any more, and so many of its pods have it still. */
const ending = (reports: Record<string, FaultReport>, left: readonly string[], rest: Partial<Outcome> = {}) =>
  given(reports, { plannedNames: new Map(), ...rest }, left);

test.each([
  ['nobody has answered yet', given({ a: pending, b: pending }), 'Pending', 'Progressing'],
  ['every agent has read it back', given({ a: inForce, b: inForce }), 'Effective', 'Effective'],
  ['some have, the others are on their way', given({ a: inForce, b: pending }), 'Partial', 'Progressing'],
  ['some have, and one refuses', given({ a: inForce, b: refused }), 'Partial', 'Refused'],
  ['all refuse', given({ a: refused, b: refused }), 'Failed', 'Failed'],
  ['the selector matches nobody', given({}), 'Pending', 'NoPods'],
  ['a hostname is not resolved', given({}, { waitingFor: 'hostname db' }), 'Pending', 'Waiting'],
  [
    'one of two hostnames is not resolved, and what the other means is in force',
    given({ a: inForce }, { waitingFor: 'hostname db', problems: [unresolved] }),
    'Partial',
    'Waiting',
  ],
  [
    'nobody has the half that does not wait yet',
    given({ a: pending }, { waitingFor: 'hostname db' }),
    'Pending',
    'Waiting',
  ],
  ['it is suspended', { ...given({ a: inForce }), isSuspended: true }, 'Pending', 'Suspended'],
  ['its duration is over', given({ a: inForce }, { ends: now }), 'Finished', 'Finished'],
  ['its duration is not over yet', given({ a: inForce }, { ends: now + 1 }), 'Effective', 'Effective'],
  [
    'a pod without a sidecar does not hold up those that have one',
    given({ a: inForce }, { pods: ['a', 'b'], problems: [noAgent('b')] }),
    'Effective',
    'Effective',
  ],
  [
    'no pod has a sidecar',
    given({}, { pods: ['b'], plannedNames: new Map(), problems: [noAgent('b')] }),
    'Failed',
    'Failed',
  ],
  [
    'a peer that shapes for it is still on its way',
    given({ a: inForce, peer: pending }, { pods: ['a'] }),
    'Partial',
    'Progressing',
  ],
  [
    'a Service is not there',
    given(
      { a: inForce },
      { problems: [{ code: 'no-such-service', detail: 'no Service pd', hint: 'make it' }] },
    ),
    'Partial',
    'Refused',
  ],
  [
    'an agent has no room for a part of it',
    given(
      { a: inForce, b: inForce },
      { problems: [{ code: 'too-many-faults', detail: 'no room', hint: 'fewer', pod: 'b' }] },
    ),
    'Partial',
    'Refused',
  ],
  [
    'a target on the host network is left alone, and those who have it are told of',
    given({ a: inForce }, { problems: [{ ...noAgent('node-pod'), code: 'host-network' }] }),
    'Effective',
    'Effective',
  ],
  ['no target is there', given({ a: inForce }, { plannedNames: new Map() }), 'Pending', 'NoTargets'],
])('a fault: %s', (_, judged, phase, reason) => {
  expect(faultVerdict(judged)).toMatchObject({ phase, reason });
});

test.each([
  ['not started', { started: false }, given({ a: pending }), 'Pending'],
  ['started, and held by its agents', {}, given({ a: { kind: 'waiting' } }), 'Running'],
  ['started, and not there yet', {}, given({ a: pending }), 'Pending'],
  ['over', {}, given({ a: { kind: 'ended' } }, { ends: now }), 'Finished'],
  ['paused', { state: 'Paused' as const }, given({ a: inForce }), 'Paused'],
  ['aborted, also after its end', { state: 'Aborted' as const }, given({}, { ends: now }), 'Aborted'],
  ['refused by all', {}, given({ a: refused }), 'Failed'],
])('a scenario that is %s', (_, rest, judged, phase) => {
  expect(scenarioVerdict({ ...judged, state: 'Running', started: true, ...rest })).toMatchObject({ phase });
});

const aborted = { state: 'Aborted' as const };
const left = { a: pending, b: pending };

test.each([
  ['aborted', { ...ending(left, ['b']), ...aborted }, 'Running', 'it was aborted'],
  ['paused', { ...ending(left, ['b']), state: 'Paused' as const }, 'Running', 'it is paused'],
  ['over', ending(left, ['b'], { ends: now }), 'Running', 'its last step is over'],
  [
    'aborted, and an agent is away',
    { ...ending({ b: silent }, ['b']), ...aborted },
    'Failed',
    'it was aborted',
  ],
])('a scenario that is %s is not said to be so while a pod has something of it', (_, judged, phase, what) => {
  const verdict = scenarioVerdict({ state: 'Running', started: true, ...judged });
  expect(verdict).toMatchObject({ phase, reason: 'Ending' });
  expect(verdict.message).toMatch(`${what}, and 1 pod has not dropped it yet`);
});

test('a scenario that an earlier leader has called Failed stays so until its agents have answered', () => {
  const judged = { ...ending(left, ['b']), ...aborted, started: true, wasFailed: true };
  expect(scenarioVerdict(judged)).toMatchObject({ phase: 'Failed', reason: 'Ending' });
  expect(scenarioVerdict({ ...judged, ...ending(left, []) })).toMatchObject({ phase: 'Aborted' });
});

test.each([
  ['its duration is over', ending({ a: pending }, ['a'], { ends: now }), 'Partial'],
  ['it is suspended', { ...ending({ a: pending }, ['a']), isSuspended: true }, 'Partial'],
  ['it is suspended, and an agent is away', { ...ending({ a: silent }, ['a']), isSuspended: true }, 'Failed'],
])('a fault that a pod has still: %s', (_, judged, phase) => {
  expect(faultVerdict(judged)).toMatchObject({ phase, reason: 'Ending' });
});

test('who cannot be brought to drop what is to go is told with why, and is no pod that has it', () => {
  const judged = ending({ a: pending, b: silent, c: pending }, ['b', 'c'], { pods: ['a', 'b'] });
  expect(judged.tally.counts).toEqual({ selected: 2, effective: 0, pending: 0, failed: 1 });
  const detail = 'what is to go may still be there: no answer for 10 s';
  expect(judged.tally.failures).toEqual([
    { pod: 'b', code: 'agent-unreachable', detail, hint: 'see its log' },
  ]);
  const { message } = scenarioVerdict({ ...judged, ...aborted, started: true });
  expect(message).toBe(`it was aborted, and 2 pods have not dropped it yet; b: ${detail}`);
});

test('an agent that is left behind by a fault that stays is told, and holds nothing up', () => {
  const judged = given({ a: inForce, gone: silent }, { pods: ['a'], plannedNames: new Map([['a', ['x']]]) }, [
    'gone',
  ]);
  expect(faultVerdict(judged)).toMatchObject({ phase: 'Effective' });
  expect(judged.tally.failures.map(({ pod }) => pod)).toEqual(['gone']);
});

test.each([
  ['it has no target', given({ a: pending }, { plannedNames: new Map() }), 0],
  ['it is over', given({ a: pending }, { plannedNames: new Map(), ends: now }), 0],
  ['peers do it for the pod, and have it', given({ peer: inForce }, { pods: ['a'] }), 1],
  ['peers do it for the pod, and are on their way', given({ peer: pending }, { pods: ['a'] }), 0],
])('of a pod that has nothing to do itself: %s', (_, judged, effective) => {
  expect(judged.tally.counts).toEqual({ selected: 1, effective, pending: 0, failed: 0 });
});

test.each([
  ['nothing is in force', given({ a: pending }, { waitingFor: 'hostname db', problems: [unresolved] })],
  ['a part is in force', given({ a: inForce }, { waitingFor: 'hostname db', problems: [unresolved] })],
])('why a hostname has no address is told where %s', (_, judged) => {
  expect(faultVerdict(judged).message).toMatch('waits for hostname db');
  expect(faultVerdict(judged).message).toMatch('queryA ENOTFOUND db');
});

test('pods are counted, and each that does not have it is told with its reason', () => {
  const { tally: counted } = given(
    { a: inForce, b: pending, c: refused },
    { pods: ['a', 'b', 'c', 'd', 'e'], problems: [noAgent('d'), { ...noAgent('e'), code: 'no-address' }] },
  );
  expect(counted.counts).toEqual({ selected: 5, effective: 1, pending: 2, failed: 2 });
  expect(counted.failures.map(({ pod, code }) => `${pod} ${code}`)).toEqual([
    'c too-many-targets',
    'd no-agent',
  ]);
});

test('a target on the host network is told, and is no pod of the object', () => {
  const { tally: counted } = given({ a: inForce }, { problems: [{ ...noAgent('t'), code: 'host-network' }] });
  expect(counted.counts).toEqual({ selected: 1, effective: 1, pending: 0, failed: 0 });
  expect(counted.failures.map(({ pod, code }) => `${pod} ${code}`)).toEqual(['t host-network']);
});

test('while an object waits nobody has it yet, though nobody is asked either', () => {
  const { tally: waiting } = given({ a: pending }, { plannedNames: new Map(), waitingFor: 'start' });
  expect(waiting.counts).toEqual({ selected: 1, effective: 0, pending: 1, failed: 0 });
});
