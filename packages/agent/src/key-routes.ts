import type { AgentAccess } from './access-guard';
import { agentErrors } from './agent-errors';
import { keysDocument } from './agent-keys';
import type { Route } from './answer';

/** The public keys of the agent. In open mode there are none. */
export function keyRoutes(access: AgentAccess | undefined): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/v1/keys',
      handle: () => ({
        body: access === undefined ? { generation: 0, keys: [] } : keysDocument(access.keys.inForce),
      }),
    },
    {
      method: 'put',
      path: '/v1/keys',
      handle: async ({ body }) => {
        if (access === undefined)
          throw agentErrors.error('access-open', 'this agent asks for no tokens, and has no use for keys');
        return { body: keysDocument(await access.keys.replace(body)) };
      },
    },
  ];
}
