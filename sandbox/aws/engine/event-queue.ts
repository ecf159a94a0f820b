export type SandboxEvent = {
  atMs: number;
  kind: "backup_job" | "copy_job" | "restore_job" | "plan_rule" | "recovery_point" | "settle" | "prune";
  accountId: string;
  region: string;
  /** The record's key: a job id, a point's ARN, "planId/ruleId", a vault name or a legal hold id. */
  key: string;
};

/** What is due when: a binary heap, earliest first. */
export class EventQueue {
  private readonly heap: SandboxEvent[] = [];

  /** Adds an event. */
  push(event: SandboxEvent): void {
    const { heap } = this;
    let position = heap.length;
    heap.push(event);
    while (position > 0) {
      const above = (position - 1) >>> 1;
      const parent = heap[above];
      if (parent === undefined || parent.atMs <= event.atMs) break;
      heap[position] = parent;
      position = above;
    }
    heap[position] = event;
  }

  /** The moment of the earliest event. */
  nextMs(): number | null {
    return this.heap[0]?.atMs ?? null;
  }

  /** Takes the earliest event that is due by the moment. */
  takeDue(byMs: number): SandboxEvent | null {
    const first = this.heap[0];
    if (first === undefined || first.atMs > byMs) return null;
    const last = this.heap.pop();
    if (last !== undefined && this.heap.length > 0) this.sink(last);
    return first;
  }

  private sink(event: SandboxEvent) {
    const { heap } = this;
    let position = 0;
    for (;;) {
      const left = position * 2 + 1;
      const right = left + 1;
      let least = left;
      const leftEvent = heap[left];
      const rightEvent = heap[right];
      if (leftEvent === undefined) break;
      if (rightEvent !== undefined && rightEvent.atMs < leftEvent.atMs) least = right;
      const child = heap[least];
      if (child === undefined || child.atMs >= event.atMs) break;
      heap[position] = child;
      position = least;
    }
    heap[position] = event;
  }
}
