import * as fc from 'fast-check';
import { ReportReader, writeReport, type ReceiverReport } from './receiver-report';

const reading = (pieces: readonly Buffer[]): { reports: ReceiverReport[]; senseless: number } => {
  const heard = { reports: [] as ReceiverReport[], senseless: 0 };
  const reader = new ReportReader(
    (report) => heard.reports.push(report),
    () => (heard.senseless += 1),
  );
  for (const piece of pieces) reader.read(piece);
  return heard;
};

describe('ReportReader', () => {
  test('puts reports together from any pieces', () => {
    const growth = fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 0, max: 1e9 }));
    fc.assert(
      fc.property(
        fc.array(growth, { minLength: 1, maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 40 })),
        (steps, cuts) => {
          let sum = { seconds: 0, bytes: 0 };
          const reports = steps.map(
            ([ms, bytes]) => (sum = { seconds: sum.seconds + ms / 1000, bytes: sum.bytes + bytes }),
          );
          let rest = Buffer.concat(reports.map(writeReport));
          const pieces = cuts.map((length) => {
            const piece = rest.subarray(0, length);
            rest = rest.subarray(length);
            return piece;
          });
          expect(reading([...pieces, rest])).toEqual({ reports, senseless: 0 });
        },
      ),
    );
  });

  test.each([
    ['time that stands still', { seconds: 1, bytes: 20 }],
    ['bytes that are taken back', { seconds: 2, bytes: 9 }],
    ['no number of seconds', { seconds: NaN, bytes: 20 }],
    ['endless time', { seconds: Infinity, bytes: 20 }],
    ['half a byte', { seconds: 2, bytes: 10.5 }],
    ['more bytes than there can be', { seconds: 2, bytes: 1e300 }],
  ])('says of %s that it makes no sense', (_, report) => {
    const first = { seconds: 1, bytes: 10 };
    expect(reading([writeReport(first), writeReport(report)])).toEqual({ reports: [first], senseless: 1 });
  });
});
