import { errorTable } from '@podlag/core';

/** What a call to an agent can end with besides the agent's own problems. */
export const clientErrors = errorTable({
  'agent-unreachable': {
    status: 502,
    title: 'The agent does not answer',
    hint: 'See that the pod runs and that its sidecar podlag-agent is ready, and that no NetworkPolicy keeps you from its port.',
  },
  'agent-answer': {
    status: 502,
    title: 'That is not the answer of an agent',
    hint: 'See with GET /version who listens there; an agent that is older than this program may not know the call yet.',
  },
});
