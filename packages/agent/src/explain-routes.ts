import { explain, type Explanation, type Packet, type QdiscTree } from '@podlag/netem';
import type { Request } from 'express';
import type { Answer, Route } from './answer';
import type { ExemptionReason, ReasonedExemption } from './exemptions';
import { expectedTimes } from './expected-times';
import { packetOf, questionOf, type Question } from './explain-question';
import { metWithPorts } from './met-with-ports';
import { profileBody } from './profile-view';
import { faultsOf } from './fault-set';
import type { Shaper } from './shaper';

export interface ExplainParts {
  readonly shaper: Shaper;
  readonly exemptions: readonly ReasonedExemption[];
}

/** What would happen to a packet, by the code that decides what does happen. */
export function explainRoutes(parts: ExplainParts): readonly Route[] {
  return [{ method: 'get', path: '/v1/explain', handle: (request) => answer(parts, request) }];
}

function answer({ shaper, exemptions }: ExplainParts, { query }: Request): Answer {
  const question = questionOf(query);
  const packet = packetOf(question);
  const ways = (['egress', 'ingress'] as const).map(
    (direction) => [direction, explain(shaper.tree, packet, direction)] as const,
  );
  const shown = ways.filter(([direction]) => question.directions.includes(direction));
  const whyExempt = whyOf(exemptions, shaper.tree, packet);
  return {
    body: {
      packet: packetBody(question),
      ...Object.fromEntries(shown.map(([direction, way]) => [direction, wayBody(way, whyExempt)])),
      note: noteOf(metWithPorts(faultsOf(shaper.faults), packet, question.directions)),
      // Of both ways, whichever is asked about: a round trip has both.
      expected: expectedTimes(
        ways.map(([, { profile }]) => profile),
        question.protocol,
      ),
    },
  };
}

const reasons: Readonly<Record<ExemptionReason, string>> = {
  agent: 'exempt: a call of an agent’s own',
  probes: 'exempt: the answer to a probe of the kubelet',
  setting: 'exempt by the setting PODLAG_EXEMPT',
};

/** Which of the exemptions it is: the first that by itself would do. */
function whyOf(
  exemptions: readonly ReasonedExemption[],
  tree: QdiscTree,
  packet: Packet,
): string | undefined {
  const found = exemptions.find(({ exemption }) =>
    (['egress', 'ingress'] as const).some(
      (direction) => explain({ ...tree, exemptions: [exemption] }, packet, direction).exempt,
    ),
  );
  return found && reasons[found.reason];
}

function noteOf(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `with a port: ${names.join(', ')}`;
}

function packetBody({ destination, port, localPort, protocol }: Question): unknown {
  return { dst: destination.address, protocol, port, localPort };
}

function wayBody({ exempt, reason, faults, classid, profile }: Explanation, whyExempt?: string): unknown {
  return {
    exempt,
    reason: exempt ? (whyExempt ?? reason) : reason,
    faults,
    classid,
    profile: profile && profileBody(profile),
  };
}
