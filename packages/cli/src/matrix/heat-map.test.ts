import { heatMap } from './heat-map';

const matrix = {
  name: 'world',
  regions: ['eu', 'us-east'],
  cells: [
    { from: 'eu', to: 'us-east', rttMs: 84.5, baselineMs: 0.213 },
    { from: 'us-east', to: 'eu', rttMs: 84.5, baselineMs: 0.213 },
    { from: 'eu', to: 'eu', rttMs: 1 },
  ],
};

test('rows and columns are regions: asked, and behind the bar measured', () => {
  expect(heatMap(matrix, { colours: false })).toBe(
    [
      'RTT ms            eu      us-east',
      'eu                 1  84.5 | 0.21',
      'us-east  84.5 | 0.21            .',
      '',
    ].join('\n'),
  );
});

test('on a terminal the longest is the hottest', () => {
  const drawn = heatMap(matrix, { colours: true });
  expect(drawn).toContain('\u001b[30;48;5;210m84.5 | 0.21\u001b[0m');
  expect(drawn).toContain('\u001b[30;48;5;151m          1\u001b[0m');
});
