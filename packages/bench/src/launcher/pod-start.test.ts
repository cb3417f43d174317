import type { RunPod } from './objects/run-pod';
import { podStart } from './pod-start';

const container = (state: object) => ({ name: 'worker', ready: false, restartCount: 0, state });
const pod = (status: RunPod['status']): RunPod => ({ metadata: { name: 'p' }, status });
const waiting = (reason: string, message?: string) =>
  pod({ phase: 'Pending', containerStatuses: [container({ waiting: { reason, message } })] });

test.each([
  [
    'a pod that runs',
    pod({ phase: 'Running', containerStatuses: [container({ running: {} })] }),
    'running',
    '',
  ],
  ['one that was just made', pod({}), 'waiting', 'Pending'],
  [
    'one that no node takes',
    pod({
      phase: 'Pending',
      conditions: [
        { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'Insufficient cpu' },
      ],
    }),
    'waiting',
    'Unschedulable: Insufficient cpu',
  ],
  [
    'one whose image is not to be had',
    waiting('ImagePullBackOff', 'not found'),
    'waiting',
    'worker: ImagePullBackOff: not found',
  ],
  ['one whose image is never pulled', waiting('ErrImageNeverPull'), 'failed', 'worker: ErrImageNeverPull'],
  [
    'one whose program ends again and again',
    pod({ phase: 'Running', containerStatuses: [container({ waiting: { reason: 'CrashLoopBackOff' } })] }),
    'waiting',
    'worker: CrashLoopBackOff',
  ],
  [
    'one that has ended',
    pod({ phase: 'Failed', containerStatuses: [container({ terminated: { exitCode: 1 } })] }),
    'failed',
    'it has ended: Failed: worker: Error, exit status 1',
  ],
  ['a worker that was let go', pod({ phase: 'Succeeded' }), 'ended', 'it has ended: Succeeded'],
  [
    'one that was evicted',
    pod({ phase: 'Failed', reason: 'Evicted', message: 'disk' }),
    'failed',
    'Evicted: disk',
  ],
])('%s', (_, of, kind, why) => {
  expect(podStart(of)).toEqual(kind === 'running' ? { kind } : { kind, why });
});

test('of several containers the one that nothing mends counts', () => {
  const { status } = waiting('ErrImageNeverPull');
  const init = [{ ...container({ waiting: { reason: 'PodInitializing' } }), name: 'agent' }];
  expect(podStart(pod({ ...status, initContainerStatuses: init }))).toMatchObject({ kind: 'failed' });
});
