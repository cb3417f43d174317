export { startAgent, type Agent, type AgentParts } from './agent';
export { agentErrors } from './agent-errors';
export { agentConfig, type AgentConfig } from './config';
export { openapi } from './openapi';
