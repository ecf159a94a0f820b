import type { Metadata } from "next";
import { forbidden } from "next/navigation";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { type Fact, Facts } from "@/components/ui/facts";
import { FingerprintWords } from "@/components/ui/fingerprint-words";
import { Moment } from "@/components/ui/moment";
import { PageHeader } from "@/components/ui/page-header";
import { may } from "@/lib/access/permissions";
import { show, signedIn } from "@/lib/access/show";
import { getSealing, getVerification } from "@/lib/audit/sealing";
import { plural } from "@/lib/core/words";
import { LateBanner } from "../_components/late-banner";
import type { SealingView } from "../_components/views";
import { AnchorsCard } from "./_components/anchors-card";
import { BundleButton } from "./_components/bundle-button";
import { VerifyCard } from "./_components/verify-card";

export const metadata: Metadata = { title: "Seal and verification" };

const mono = (text: string) => <code className="font-mono text-sm wrap-anywhere">{text}</code>;

function headFacts({ head, pending }: SealingView): Fact[] {
  if (head === null) return [{ term: "Events", detail: "Nothing is sealed yet." }];
  return [
    { term: "Events", detail: plural(head.size, "event") },
    { term: "Waiting", detail: pending === 0 ? "none" : plural(pending, "newer event") },
    { term: "Root", detail: mono(head.rootHex) },
    { term: "In words", detail: <FingerprintWords words={head.words} /> },
    { term: "Sealed", detail: <Moment at={head.sealedAt} precision="second" /> },
    { term: "Signed by", detail: head.key ? <>key {mono(head.key.id)}</> : "no key of this log" },
    ...(head.key ? [{ term: "In force since", detail: <Moment at={head.key.since} /> }] : []),
  ];
}

const command = (key: string) =>
  `node holdfast-audit-verify.mjs --bundle FILE.holdfastaudit${key ? " --pubkey key.txt" : ""}`;

function OwnMachine({ sealing: { head }, mayExport }: { sealing: SealingView; mayExport: boolean }) {
  const vkey = head?.key?.vkey ?? "";
  return (
    <Card
      title="Verify on a machine of your own"
      padded
      footer={
        <>
          <a href="/audit/verifier" download className="rounded-xs text-accent underline-offset-2 hover:underline">
            Download the verifier
          </a>
          {mayExport ? <BundleButton /> : null}
        </>
      }
    >
      <div className="grid gap-4">
        <p className="text-ink-2">
          A server that lies would also lie about its verification. Take the bundle and the verifier, one readable file
          that needs Node 20 or newer and nothing else, and compare with a key that you kept from before. The verifier
          remembers each log's last head and demands that the next one goes on from it.
        </p>
        {vkey ? <CodeBlock label="key.txt: the key that signs this log" code={vkey} wrap /> : null}
        <CodeBlock label="The command" code={command(vkey)} wrap />
      </div>
    </Card>
  );
}

/** The head of the log for an auditor: what it covers, who signed it, where it is anchored, and whether it holds. */
export default async function SealPage() {
  const actor = await signedIn();
  if (!may(actor, "audit:read")) forbidden();
  const [sealing, { verification }] = await Promise.all([
    show((viewer) => getSealing(viewer, {})),
    show(async (viewer) => ({ verification: await getVerification(viewer, {}) })),
  ]);
  return (
    <>
      <PageHeader
        crumbs={[{ label: "Audit log", href: "/audit" }, { label: "Seal" }]}
        title={sealing.head === null ? "Nothing is sealed yet." : `${plural(sealing.head.size, "event")} sealed.`}
        sub="Every event's text is hashed, every hash stands in one tree, and the tree's head is signed: a change anywhere changes the head."
      />
      <LateBanner sealing={sealing} />
      <div className="grid items-start gap-6.5 xl:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
        <div className="grid gap-6.5">
          <Card title="The newest head" padded>
            <Facts facts={headFacts(sealing)} />
          </Card>
          <AnchorsCard sealing={sealing} />
          <OwnMachine sealing={sealing} mayExport={may(actor, "audit:export")} />
        </div>
        <VerifyCard verification={verification} />
      </div>
    </>
  );
}
