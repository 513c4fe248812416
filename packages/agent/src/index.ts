export { type AgentSurroundings, runAgent } from './agent.js';
export { type AgentConfig, AgentConfigError, readAgentConfig } from './config.js';
export { PinMismatch } from './pinned-fetch.js';
