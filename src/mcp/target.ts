/** `streamable_http` since 2025-03-26, in both eras; `sse` is the HTTP+SSE of 2024-11-05. */
export type TransportKind = "streamable_http" | "sse";

/** One member's way to one server: what a connection is made from, and what it is kept under. */
export type Target = {
  /** `${workspaceId}/${serverId}/${memberId}/${serverVersion}.${credentialVersion}`: equal keys share a connection. */
  key: string;
  workspaceId: string;
  memberId: number;
  serverId: number;
  url: string;
  /**
   * What the server spoke last, as stored with it; `protocolVersion` null means nobody knows yet. Saves probing what it
   * is known not to speak, and is probed anew where it proves wrong.
   */
  known: { transport: TransportKind; protocolVersion: string | null };
  /** Lives as long as the connection, so longer than the request that made it: it must hold on to nothing of that. */
  authorization: Authorization;
};

/** How the member proves itself to the server. What it throws reaches the caller as `cause` of an `unauthorized` error. */
export type Authorization = {
  /** Read before every request and sent to the MCP endpoint's origin alone. */
  headers(): Promise<Record<string, string>>;
  /**
   * The server answered 401 to what we sent.
   *
   * @param challenge - its `WWW-Authenticate` values, controlled by the server
   * @param refused - what we sent, which a request beside this one may have renewed already
   * @returns whether one more try with fresh headers is worth it
   */
  renew?(challenge: readonly string[], refused: Record<string, string>): Promise<boolean>;
};
