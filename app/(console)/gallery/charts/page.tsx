import { SizeBand } from "@/components/charts/size-band";
import { Sparkline } from "@/components/charts/sparkline";
import { Timeline } from "@/components/charts/timeline";
import { Card } from "@/components/ui/card";
import { PageHeader } from "@/components/ui/page-header";
export default function Page() {
  const to = Date.parse("2026-11-23T09:10:00Z"); const h = (n: number) => new Date(to - n * 3600_000).toISOString();
  const samples = Array.from({ length: 40 }, (_, i) => ({ id: String(i), at: h((40 - i) * 24), value: (40 + i * 0.3 + ((i * 7) % 5) * 0.4 + (i === 22 ? 14 : 0) + (i === 34 ? -20 : 0)) * 1e9 }));
  const dur = samples.map((s, i) => ({ ...s, value: 2000 + ((i * 13) % 9) * 60 + (i === 30 ? 1500 : 0) }));
  return (
    <>
      <PageHeader title="Charts" />
      <Card title="What happened" padded><Timeline label="orders-aurora, the last 24 hours" from={h(24)} to={h(0)} objective={{ at: h(4), label: "RPO 4 h" }} lanes={[
        { key: "c", label: "Continuous", shape: "band", items: [{ id: "1", at: h(40), until: h(10), kind: "ok", title: "Any second can be restored" }, { id: "2", at: h(8), until: null, kind: "ok", title: "Any second can be restored" }] },
        { key: "s", label: "Snapshots", shape: "tick", items: Array.from({ length: 12 }, (_, i) => ({ id: `${i}`, at: h(i * 2 + 0.3), kind: i === 3 ? "bad" as const : i === 5 ? "missed" as const : i === 7 ? "warn" as const : "ok" as const, title: `Snapshot ${i} of orders-aurora`, href: "/gallery" })) },
        { key: "k", label: "Copies", shape: "tick", items: [{ id: "a", at: h(3), kind: "lock", title: "Copy to eu-west-1, locked" }, { id: "b", at: h(9), kind: "none", title: "none" }, { id: "bb", at: h(1), kind: "run", title: "run" }] },
        { key: "r", label: "Restores and tests", shape: "bar", items: [{ id: "a", at: h(6), until: h(5), kind: "ok", title: "Restore test" }, { id: "b", at: h(0.5), until: null, kind: "run", title: "Restore running" }] },
        { key: "j", label: "Jobs", shape: "bar", items: [] },
      ]} /></Card>
      <div className="grid gap-5 lg:grid-cols-2"><Card title="Size" padded><SizeBand title="Size of each backup" samples={samples} unit="bytes" /></Card><Card title="Duration" padded><SizeBand title="Duration of each backup" samples={dur} unit="seconds" objective={{ value: 3600, label: "RTO 1 h" }} /></Card></div>
      <Card title="Spark" padded><Sparkline label="RPO budget" values={[1, 2, 2, 3, null, 4, 6, 9]} objective={10} kind="bad" /> spent in 3 days at this rate</Card>
      <Card title="Empty" padded><SizeBand title="Size" samples={[]} unit="bytes" /></Card>
    </>
  );
}
