import type { ExplainedSide } from '../output/explain-output';

type Way = NonNullable<ExplainedSide['egress']>;
type Added = NonNullable<ExplainedSide['expected']>['roundTrip'];

/** What one agent does to the packets, for a person. */
export function explanationText({ agent, peer, egress, ingress, note, expected }: ExplainedSide): string {
  const lines = [
    `At ${agent}:`,
    ...(egress === undefined ? [] : [`  to ${peer}: ${wayText(egress)}`]),
    ...(ingress === undefined ? [] : [`  from ${peer}: ${wayText(ingress)}`]),
    ...(note === undefined ? [] : [`  ${note}`]),
    ...(expected === undefined ? [] : [`  longer by: ${timesText(expected)}`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function wayText({ exempt, reason, faults, profile }: Way): string {
  if (exempt || faults.length === 0) return reason;
  const effects = profile === undefined ? '' : `: ${JSON.stringify(profile)}`;
  return `${faults.join(', ')}${effects}`;
}

function timesText(expected: NonNullable<ExplainedSide['expected']>): string {
  const { roundTrip, tcpConnect, tlsHandshake, httpAnswer, without } = expected;
  const times: readonly (readonly [string, Added | undefined])[] = [
    ['round trip', roundTrip],
    ['TCP connect', tcpConnect],
    ['TLS handshake', tlsHandshake],
    ['HTTP answer', httpAnswer],
  ];
  const told = times.flatMap(([name, added]) => (added === undefined ? [] : [`${name} ${addedText(added)}`]));
  return `${told.join(', ')}${without.length === 0 ? '' : ` (without ${without.join(', ')})`}`;
}

function addedText(added: Added): string {
  if (added === 'never') return 'never';
  return added.least === added.most ? added.least : `${added.least}..${added.most}`;
}
