import type { Metadata } from "next";
import { StatusGlyph } from "@/components/status/glyph";
import { Banner } from "@/components/ui/banner";
import { Card, CardRow } from "@/components/ui/card";
import { type Fact, Facts } from "@/components/ui/facts";
import { LinkButton } from "@/components/ui/link-button";
import { Moment, RelativeMoment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { DataTable } from "@/components/ui/table";
import { TextLink } from "@/components/ui/text-link";
import { show } from "@/lib/access/show";
import { bytesText, countText, plural } from "@/lib/core/words";
import { getVault } from "@/lib/vaults/data";
import { daysText, lockMeanings, vaultKindWords } from "@/lib/vaults/rules";
import type { VaultDetail, VaultResource } from "@/lib/vaults/view";
import { LockBadge, sizeText } from "../_components/vault-look";

export const metadata: Metadata = { title: "Vault" };

function factsOf(vault: VaultDetail): Fact[] {
  return [
    { term: "Connection", detail: <NameText text={vault.connection} /> },
    { term: "Account", detail: vault.account },
    { term: "Region", detail: vault.region },
    { term: "Kind", detail: vaultKindWords[vault.kind] },
    {
      term: "Points",
      detail: <TextLink href={`/recovery-points?vault=${vault.id}`}>{plural(vault.points, "recovery point")}</TextLink>,
    },
    { term: "Size", detail: sizeText(vault) },
    { term: "Key", detail: vault.keyRef === null ? "the provider's own" : <NameText text={vault.keyRef} /> },
    { term: "Identifier", detail: <NameText text={vault.providerRef} /> },
    {
      term: "Last read",
      detail: <RelativeMoment at={vault.observedAt} now={vault.now} />,
    },
  ];
}

function LockCard({ vault }: { vault: VaultDetail }) {
  return (
    <Card title="Lock" padded>
      <div className="grid gap-3.5">
        <LockBadge vault={vault} />
        <p className="text-ink-2">{lockMeanings[vault.lock]}</p>
        <Facts
          facts={[
            ...(vault.lock === "compliance" && vault.lockFinalAt
              ? [{ term: "Final since", detail: <Moment at={vault.lockFinalAt} /> }]
              : []),
            { term: "Kept at least", detail: daysText(vault.minDays, "no minimum") },
            { term: "Kept at most", detail: daysText(vault.maxDays, "no maximum") },
          ]}
        />
      </div>
    </Card>
  );
}

function ExpiringCard({ vault }: { vault: VaultDetail }) {
  return (
    <Card title="What expires next">
      {vault.expiring.length === 0 ? (
        <p className="p-4 text-ink-3">Nothing here has a day on which it expires.</p>
      ) : (
        vault.expiring.map((point) => (
          <CardRow
            key={point.id}
            lead={point.held ? <StatusGlyph kind="lock" label="held" className="mt-1" /> : undefined}
            end={<RelativeMoment at={point.expiresAt} now={vault.now} className="whitespace-nowrap text-ink-2" />}
          >
            <TextLink href={`/recovery-points/${point.id}`}>
              <NameText text={point.resource} length={36} />
            </TextLink>
            <span className="text-ink-3">
              {point.dataAsOf === null ? "moment not known" : <Moment at={point.dataAsOf} local={false} />}
              {point.held ? ", kept by a legal hold" : ""}
            </span>
          </CardRow>
        ))
      )}
    </Card>
  );
}

function HoldsCard({ vault }: { vault: VaultDetail }) {
  return (
    <Card title="Legal holds">
      {vault.legalHolds.length === 0 ? (
        <p className="p-4 text-ink-3">No legal hold reaches into this vault.</p>
      ) : (
        vault.legalHolds.map((hold) => (
          <CardRow key={hold.id} lead={<StatusGlyph kind="lock" label={null} className="mt-1" />}>
            <NameText text={hold.title} length={60} />
            <span className="text-ink-3">
              {plural(hold.points, "point")} here, since <Moment at={hold.since} local={false} />
            </span>
          </CardRow>
        ))
      )}
    </Card>
  );
}

function ResourceCell({ resource, vaultId }: { resource: VaultResource; vaultId: string }) {
  return (
    <span className="grid min-w-0">
      <TextLink href={`/recovery-points?vault=${vaultId}&resource=${resource.id}`} className="font-semibold text-ink">
        <NameText text={resource.name} length={48} />
      </TextLink>
      <span className="text-ink-3">
        {resource.kind} ·{" "}
        {resource.system === null ? (
          "no system"
        ) : (
          <TextLink href={`/systems/${resource.system.id}`}>
            <NameText text={resource.system.name} length={36} />
          </TextLink>
        )}
      </span>
    </span>
  );
}

function ResourcesCard({ vault }: { vault: VaultDetail }) {
  const shown = vault.resources.length;
  return (
    <Card
      title="Points by resource"
      more={
        shown < vault.resourcesTotal
          ? `${countText(shown)} of ${plural(vault.resourcesTotal, "resource")}, those with most points`
          : plural(shown, "resource")
      }
    >
      <DataTable
        caption="What this vault holds, by resource"
        rows={vault.resources}
        rowKey={({ id }) => id}
        empty={<p className="text-ink-3">This vault is empty.</p>}
        columns={[
          {
            key: "resource",
            header: "Resource",
            rowHeader: true,
            cell: (resource) => <ResourceCell resource={resource} vaultId={vault.id} />,
          },
          {
            key: "newest",
            header: "Newest data",
            cell: ({ newestAsOf }) =>
              newestAsOf === null ? "not known" : <RelativeMoment at={newestAsOf} now={vault.now} />,
          },
          { key: "points", header: "Points", align: "end", cell: ({ points }) => countText(points) },
          {
            key: "size",
            header: "Size",
            align: "end",
            cell: ({ sizeBytes }) => (sizeBytes === null ? "not told" : bytesText(sizeBytes)),
          },
        ]}
      />
    </Card>
  );
}

/** One vault: where it is, who could delete what it keeps, and what it keeps. */
export default async function VaultPage({ params }: PageProps<"/vaults/[vaultId]">) {
  const vault = await show(async (actor) => getVault(actor, await params));
  return (
    <>
      <PageHeader
        crumbs={[{ label: "Vaults", href: "/vaults" }, { label: vault.region }]}
        title={<NameText text={vault.name} length={80} />}
        sub={`${plural(vault.points, "recovery point")} of ${plural(vault.resourcesTotal, "resource")}, ${sizeText(vault)}.`}
        actions={<LinkButton href={`/recovery-points?vault=${vault.id}`}>Recovery points</LinkButton>}
      />
      {vault.vanishedAt === null ? null : (
        <Banner kind="unknown" title="The provider no longer names this vault.">
          It was last seen <Moment at={vault.observedAt} />.
        </Banner>
      )}
      <div className="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_25rem]">
        <div className="grid gap-6">
          <Card title="Facts" padded>
            <Facts facts={factsOf(vault)} />
          </Card>
          <ResourcesCard vault={vault} />
        </div>
        <div className="grid gap-6 max-xl:md:grid-cols-2">
          <LockCard vault={vault} />
          <ExpiringCard vault={vault} />
          <HoldsCard vault={vault} />
        </div>
      </div>
    </>
  );
}
