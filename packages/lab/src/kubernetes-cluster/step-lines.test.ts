import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterStateFile, parseClusterState } from './cluster-state';
import { exampleState } from './testing';
import { recordedProgress } from './recorded-progress';
import { StepLines } from './step-lines';

test('a step has a line when it begins and one when it is over, and each is said once', () => {
  const lines = new StepLines();
  const running = { title: 'booting', outcome: { kind: 'running' } } as const;
  const done = { title: 'booting', outcome: { kind: 'done', seconds: 2.04 } } as const;
  expect(lines.next([running])).toEqual(['booting ...']);
  expect(lines.next([running])).toEqual([]);
  expect(lines.next([done])).toEqual(['booting: 2.0 s']);
  expect(lines.next([done])).toEqual([]);
});

test('a step that was over before anybody looked has both lines', () => {
  const steps = [
    { title: 'a', outcome: { kind: 'done', seconds: 1 } },
    { title: 'b', outcome: { kind: 'failed', seconds: 2 } },
  ] as const;
  expect(new StepLines().next(steps)).toEqual(['a ...', 'a: 1.0 s', 'b ...', 'b: failed after 2.0 s']);
});

describe('recorded', () => {
  let folder = '';
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'podlag-steps-'))));
  afterEach(() => rm(folder, { recursive: true }));

  const recorder = () => {
    const file = join(folder, 'cluster.json');
    let seconds = 0;
    const progress = recordedProgress(
      new ClusterStateFile(file, { ...exampleState, steps: [] }),
      () => 1000 * seconds++,
    );
    const stepsThere = async () => parseClusterState(await readFile(file, 'utf8'))?.steps;
    return { progress, stepsThere };
  };

  test('steps that go on at the same time do not lose each other', async () => {
    const { progress, stepsThere } = recorder();
    await Promise.all([
      progress.step('a', () => progress.step('within a', () => Promise.resolve())),
      progress.step('b', () => Promise.resolve()),
    ]);
    expect((await stepsThere())?.map(({ title, outcome }) => [title, outcome.kind])).toEqual([
      ['a', 'done'],
      ['b', 'done'],
      ['within a', 'done'],
    ]);
  });

  test('a step that fails says so, and throws what it threw', async () => {
    const { progress, stepsThere } = recorder();
    await expect(progress.step('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await stepsThere()).toEqual([{ title: 'a', outcome: { kind: 'failed', seconds: 1 } }]);
  });
});
