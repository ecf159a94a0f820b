/** One call as it was received, for tests and for people who want to see what a client really does. */
export type ReceivedCall = {
  atMs: number;
  service: string;
  operation: string;
  method: string;
  path: string;
  accountId: string | null;
  region: string;
  accessKeyId: string;
  principalArn: string | null;
  idempotencyToken: string | null;
  status: number | null;
  error: string | null;
  fault: string | null;
};

const mostCalls = 20_000;

/** The calls received, oldest first; beyond 20,000 the oldest are forgotten. */
export class Calls {
  private calls: ReceivedCall[] = [];

  /** Notes a call. */
  add(call: ReceivedCall): void {
    this.calls.push(call);
    if (this.calls.length > mostCalls) this.calls = this.calls.slice(-mostCalls / 2);
  }

  /** The calls, of one operation if asked. */
  list(operation: string | null): readonly ReceivedCall[] {
    return operation === null ? this.calls : this.calls.filter((call) => call.operation === operation);
  }

  /** Forgets all calls. */
  clear(): void {
    this.calls = [];
  }
}
