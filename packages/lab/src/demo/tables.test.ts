import { labPodWith } from '../cluster/testing';
import { delaysTable } from './delays-table';
import { injectorsWord, podsTable } from './pods-table';

test('pods are listed as kubectl lists them', () => {
  const hostPod = labPodWith({ name: 'on-the-host', ip: '10.244.0.1', sidecars: [], netns: undefined });
  expect(podsTable([labPodWith(), hostPod])).toBe(
    [
      'NAME         READY  STATUS   IP           CONTAINERS',
      'db-0         2/2    Running  10.244.0.10  db podlag-agent',
      'on-the-host  0/1    Not run  10.244.0.1   db',
      '',
    ].join('\n'),
  );
});

test('the injector is quoted', () => {
  expect(injectorsWord(labPodWith())).toBe(
    'db-0: injected (native sidecar podlag-agent)\nWarning: podlag: injected\n',
  );
});

test('asked and measured stand with their points in line', () => {
  const verdicts = [
    { pod: 'a', askedMs: 0, measuredMs: 0.021, idleMs: 0.024, offByMs: -0.003, holds: true, tries: 1 },
    { pod: 'b', askedMs: 100, measuredMs: 100.17, idleMs: 0.02, offByMs: 0.15, holds: true, tries: 2 },
    { pod: 'c', askedMs: 5, measuredMs: undefined, idleMs: 0.02, offByMs: undefined, holds: false, tries: 4 },
  ];
  expect(delaysTable(verdicts, 15)).toBe(
    [
      'POD  ASKED ms  PING ms (median of 15)  IDLE ms  OFF BY ms  VERDICT',
      'a           -                    0.02     0.02       0.00  ok, left alone',
      'b      100.00                  100.17     0.02      +0.15  ok, at try 2',
      'c        5.00                no reply     0.02             OFF',
      '',
    ].join('\n'),
  );
});
