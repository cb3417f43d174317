/** One call of an agent's API. */
export interface AgentCall {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Path and query, as `/v1/plans/controller?generation=12`. */
  readonly path: string;
  /** Sent as JSON. Absent: no body. */
  readonly body?: unknown;
  /** To the end of the answer. Default 10000. */
  readonly timeoutMs?: number;
}

export interface AgentAnswer {
  /** HTTP status code, whatever it is: an agent's refusal is an answer too. */
  readonly status: number;
  /** Parsed where it is JSON, else its text. */
  readonly body: unknown;
}

/** One way to one agent. */
export interface AgentTransport {
  /**
   * @param authorization the token (a JWT), without `Bearer`; each way has a header of its own for it
   * @throws PodlagError `agent-unreachable` when no whole answer came, `agent-answer` when it is too long
   */
  send(call: AgentCall, authorization?: string): Promise<AgentAnswer>;
}

/** How long a call may take that does not say otherwise, in milliseconds. */
export const defaultCallMs = 10_000;

/** The body as JSON, or as it is. */
export function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
