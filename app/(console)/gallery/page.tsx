import { AgeBar } from "@/components/status/age-bar";
import { CopyPips } from "@/components/status/copy-pips";
import { StatusGlyph } from "@/components/status/glyph";
import { Legend } from "@/components/status/legend";
import { ProofBadge } from "@/components/status/proof-badge";
import { type RunState, RunStrip } from "@/components/status/run-strip";
import { TierChip } from "@/components/status/tier-chip";
import { Card, CardRow } from "@/components/ui/card";
import { FilterBar } from "@/components/ui/filter-bar";
import { LinkButton } from "@/components/ui/link-button";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { Pager } from "@/components/ui/pager";
import { DataTable, TableFrame } from "@/components/ui/table";
import { TableKeys } from "@/components/ui/table-keys";
import { TextLink } from "@/components/ui/text-link";
import { RelativeMoment } from "@/components/ui/moment";
const map: Record<string, RunState> = { o: "ok", p: "partial", f: "failed", m: "missed", z: "none", r: "running", u: "paused" };
const runs = (s: string) => [...s].map((c, i) => ({ state: map[c] ?? "ok", at: new Date(Date.UTC(2026, 10, 1 + i, 2)).toISOString() }));
const rows = [
  { n: "payments-db", t: 1, k: "missed", d: "PostgreSQL · pay-db-01", a: 2820, o: 900, s: "ooooooooooooooooooooooooooommm", r: 2280, rt: 3600 },
  { n: "ledger-db", t: 1, k: "ok", d: "RDS · eu-central-1", a: 240, o: 900, s: "oooooooooooooooooooooooooooooo", r: 2460, rt: 3600 },
  { n: "identity", t: 1, k: "warn", d: "RDS · eu-central-1", a: 800, o: 900, s: "ooooooooopoooooooooooooooooooo", r: 1080, rt: 3600 },
  { n: "orders-aurora", t: 2, k: "bad", d: "Aurora · eu-central-1", a: 18720, o: 3600, s: "ooooooooooooooooooooooooofffr", r: 3900, rt: 14400 },
  { n: "a very long name ".repeat(18) + "end", t: 2, k: "run", d: "EBS", a: 950, o: 900, s: "oouuuoooor", r: 3900, rt: 14400 },
  { n: "مدفوعات\u202Egnp.exe", t: 3, k: "unknown", d: "S3", a: null, o: 3600, s: "", r: null, rt: 14400 },
  { n: "legacy-hr", t: null, k: "none", d: "EC2 · eu-west-1", a: null, o: null, s: "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", r: null, rt: null },
] as const;
const cr = (...m: (boolean | null)[]) => ({ threeCopies: { met: m[0] ?? null }, twoMedia: { met: m[1] ?? null }, oneElsewhere: { met: m[2] ?? null }, oneLocked: { met: m[3] ?? null }, zeroErrors: { met: m[4] ?? null } });
export default function Page() {
  const now = new Date().toISOString();
  return (
    <>
      <PageHeader kind="bad" title="Not everything. 3 of 41 systems would lose more than they may." sub={<>38 are within their RPO and 31 of them were restored and checked inside their test cadence. <TextLink href="/gallery">How this is decided</TextLink></>} actions={<><LinkButton href="/gallery">Export</LinkButton><LinkButton href="/gallery/forms" variant="primary">Add system</LinkButton></>} />
      <TableKeys className="grid gap-4">
      <FilterBar filters={[{ name: "tier", label: "Tier", choices: [{ value: "1", label: "Tier 1" }] }, { name: "owner", label: "Owner", choices: [{ value: "x", label: "Ivana Kos" }] }]} />
      <Card><TableFrame><DataTable caption="Systems" rows={rows} rowKey={(r) => r.n} columns={[
        { key: "n", header: "System", cell: (r) => <div className="flex items-center gap-2.5"><StatusGlyph kind={r.k} /><div className="min-w-0"><TextLink href="/gallery" className="text-ink font-semibold"><NameText text={r.n} length={60} className="wrap-anywhere" /></TextLink> <TierChip rank={r.t} /><div className="text-ink-3">{r.d}</div></div></div> },
        { key: "a", header: "Age of data", cell: (r) => <AgeBar seconds={r.a} objectiveSeconds={r.o} /> },
        { key: "s", header: "Last 30 runs", cell: (r) => <RunStrip runs={runs(r.s)} /> },
        { key: "c", header: "Copies", cell: (r) => <CopyPips rules={cr(true, true, r.t === 2 ? false : true, null, r.t === 3 ? false : true)} /> },
        { key: "p", header: "Last proven", cell: (r) => <ProofBadge level={r.t === 1 ? "validated" : null} ageSeconds={777600} /> },
        { key: "r", header: "Restore time", cell: (r) => <AgeBar seconds={r.r} objectiveSeconds={r.rt} missing="never measured" /> },
        { key: "e", header: "Month", align: "end", cell: () => "€ 412" },
        { key: "o", header: "Owner", cell: () => "Ivana Kos" },
      ]} /></TableFrame></Card>
      <Pager previousHref="/gallery" nextHref="/gallery">50 of 1,240 recovery points</Pager>
      </TableKeys>
      <Legend />
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_340px]">
        <Card title="What would hurt most" more="7 findings, worst first">
          {rows.slice(0, 5).map((r) => <CardRow key={r.n} lead={<StatusGlyph kind={r.k} className="mt-1" />} end={<><div className="w-32 max-md:hidden"><AgeBar seconds={r.a} objectiveSeconds={r.o} /></div><LinkButton href="/gallery" className="min-w-26 max-md:hidden">Open host</LinkButton></>}><div><b><NameText text={r.n} length={80} /></b> <TierChip rank={r.t} /> <span className="text-ink-3">Ivana Kos</span></div><div className="text-ink-2">No backup for 47 min: two runs were due and never started. The agent on pay-db-01 last spoke at 07:55.</div></CardRow>)}
        </Card>
        <Card title="Waiting for you"><CardRow lead={<StatusGlyph kind="lock" className="mt-1" />}><b>Restore orders-aurora</b><span className="text-ink-2">to a new cluster, at 06:58:00 UTC</span><span className="text-ink-3">asked by Lena Fischer <RelativeMoment at={new Date(Date.now() - 100000).toISOString()} now={now} /></span></CardRow></Card>
      </div>
    </>
  );
}
