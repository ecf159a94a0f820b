import { ActionForm, SubmitButton } from "@/components/ui/action-form";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Checkbox } from "@/components/ui/checkbox";
import { CodeBlock } from "@/components/ui/code-block";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { Duration } from "@/components/ui/duration";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Facts, Figure } from "@/components/ui/facts";
import { Field } from "@/components/ui/field";
import { FingerprintWords } from "@/components/ui/fingerprint-words";
import { Input } from "@/components/ui/input";
import { Moment } from "@/components/ui/moment";
import { PageHeader } from "@/components/ui/page-header";
import { Progress } from "@/components/ui/progress";
import { RadioCards } from "@/components/ui/radio-cards";
import { Select } from "@/components/ui/select";
import { PageSkeleton } from "@/components/ui/skeleton";
import { Stepper } from "@/components/ui/stepper";
import { Tabs } from "@/components/ui/tabs";
import { Textarea } from "@/components/ui/textarea";
import { TotpInput } from "@/components/ui/totp-input";
import { ProofLadder } from "@/components/status/proof-badge";
import { StatusBadge } from "@/components/status/status-badge";
import { refuseAction } from "./actions";
import { ToastButton } from "./toast-button";
export default function Page() {
  return (
    <>
      <PageHeader crumbs={[{ label: "Restores", href: "/restores" }, { label: "orders-aurora" }]} title="Restore orders-aurora to 23 November, 06:58:00 UTC" sub="Draft of Lena Fischer, for incident INC-212. Nothing has been started." />
      <Card footer={<><span className="mr-auto text-ink-3">Checked 20 s ago</span><Button variant="quiet">Back</Button><Dialog trigger={<Button>Show as command</Button>} title="Equivalent command" description="What Holdfast calls for you" wide footer={<DialogClose>Close</DialogClose>}><CodeBlock wrap label="AWS CLI" code={"aws rds restore-db-cluster-to-point-in-time \\\n\t--source orders-aurora"} /></Dialog><Button variant="primary">Go on to authorise</Button></>}>
        <Stepper label="Steps" steps={[{ label: "What and why", state: "done", href: "/gallery" }, { label: "When", state: "done" }, { label: "Where", state: "done" }, { label: "Before you go on", state: "current" }, { label: "Authorise", state: "ahead" }, { label: "Run", state: "ahead" }]} />
        <div className="flex flex-wrap gap-x-9 gap-y-4 p-4"><Figure label="You lose" value={<Duration seconds={760} />} note="about 1,840 orders after 06:58:00" /><Figure label="Takes" value="58 min" unit="to 1 h 20" note="from 6 measured restores; the RTO is 4 h" /><Figure label="Becomes" value="a new cluster" note="orders-aurora-rr7k2m in eu-central-1" /></div>
        <div className="p-4"><Facts facts={[{ term: "Source", detail: "orders-aurora, Aurora PostgreSQL 16.4, account 4411…, eu-central-1" }, { term: "Point", detail: <Moment at="2026-11-23T06:58:00Z" precision="second" /> }, { term: "Fingerprint", detail: <FingerprintWords words={["copper", "violin", "eleven", "marsh", "tango", "lemon"]} /> }, { term: "Restore", detail: <Progress label="x" share={0.63} /> }, { term: "Unknown", detail: <Progress label="x" share={null} /> }]} /></div>
        <div className="p-4"><ProofLadder level="restored" /></div>
        <div className="grid gap-2 p-4"><Banner title="Different from revision 1">Point moved from 07:02:00 to 06:58:00 by Lena Fischer at 08:31.</Banner><Banner kind="bad">Refused</Banner><Banner kind="none">Note</Banner><Banner kind="run">Note</Banner><Banner kind="lock">Note</Banner><Banner kind="ok">Note</Banner>
        <div className="flex gap-4 flex-wrap">{(["ok", "warn", "bad", "missed", "run", "lock", "none", "unknown"] as const).map((k) => <StatusBadge key={k} kind={k} strong />)}</div></div>
      </Card>
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <Card title="Form" padded>
          <ActionForm action={refuseAction}>
            <Field name="ticket" label="Ticket" required hint="As in your incident system"><Input defaultValue="INC-212" /></Field>
            <Field name="why" label="Why"><Textarea placeholder="Wrong prices…" /></Field>
            <Field name="env" label="Environment" required><Select defaultValue="p"><option value="p">Production</option><option value="t">Test</option></Select></Field>
            <RadioCards name="where" legend="Where to" defaultValue="new" columns={2} choices={[{ value: "new", title: "A new cluster", text: "Nothing is overwritten" }, { value: "over", title: "Over the old one", text: "Destroys what is there", disabled: true, reason: "Not allowed for tier 1" }]} />
            <Checkbox name="sure" label="Drop the target afterwards" hint="After 24 h" />
            <Field name="code" label="Code" required hint="From your authenticator"><TotpInput /></Field>
            <div className="flex justify-end gap-2"><Button variant="danger">Overwrite orders-aurora…</Button><ToastButton /><SubmitButton>Ask for approval</SubmitButton></div>
          </ActionForm>
        </Card>
        <div className="grid gap-5">
          <Card title="Empty"><EmptyState title="Nothing is protected yet" action={<Button variant="primary">Add a connection</Button>}>No data is never a pass. Connect an account to see what exists and what is backed up.</EmptyState></Card>
          <Card title="Error"><ErrorState title="8 of 9 regions were read" reference="a1b2c3">eu-west-3 refused: the role may not list vaults there.</ErrorState></Card>
          <Card title="Tabs" padded><Tabs label="x" tabs={[{ value: "a", label: "History", content: "One" }, { value: "b", label: "Jobs", content: "Two" }]} /></Card>
          <CodeBlock label="Command" code={"aws backup start-restore-job --recovery-point-arn arn:aws:rds:eu-central-1:441100000000:snapshot:rds:orders-aurora-2026 \u202Ehidden"} />
        </div>
      </div>
      <PageSkeleton rows={3} />
    </>
  );
}
