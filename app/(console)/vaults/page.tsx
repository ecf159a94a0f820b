import type { Metadata } from "next";
import { onlyText, placeHref } from "@/app/(console)/systems/_components/asked";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { FilterBar } from "@/components/ui/filter-bar";
import { LinkButton } from "@/components/ui/link-button";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { Pager } from "@/components/ui/pager";
import { DataTable } from "@/components/ui/table";
import { TableKeys } from "@/components/ui/table-keys";
import { TextLink } from "@/components/ui/text-link";
import { show } from "@/lib/access/show";
import { countText, plural } from "@/lib/core/words";
import { listVaultChoices, listVaults } from "@/lib/vaults/data";
import { lockStates, lockWords, vaultKinds, vaultKindWords } from "@/lib/vaults/rules";
import type { VaultRow, VaultsPage } from "@/lib/vaults/view";
import { keyText, LockBadge, sizeText } from "./_components/vault-look";

export const metadata: Metadata = { title: "Vaults" };

function lockSentence({ locks }: VaultsPage): string {
  const { none, governance, cooling_off, compliance } = locks;
  const all = none + governance + cooling_off + compliance;
  if (all === 0) return "Recovery points are kept in vaults; none has been read yet.";
  const parts = [
    `${countText(compliance)} locked for good`,
    ...(cooling_off > 0 ? [`${countText(cooling_off)} still cooling off`] : []),
    ...(governance > 0 ? [`${countText(governance)} in governance mode`] : []),
    `${countText(none)} without a lock`,
  ];
  return `${plural(all, "vault")}: ${parts.join(", ")}. Only a lock that nobody can lift makes a locked copy.`;
}

function NameCell({ vault }: { vault: VaultRow }) {
  return (
    <span className="grid min-w-0">
      <TextLink href={`/vaults/${vault.id}`} className="font-semibold text-ink">
        <NameText text={vault.name} length={44} />
      </TextLink>
      <span className="text-ink-3">
        {vaultKindWords[vault.kind]} · {vault.region}
      </span>
    </span>
  );
}

function VaultTable({ rows, filtered }: { rows: readonly VaultRow[]; filtered: boolean }) {
  return (
    <DataTable
      caption="Vaults by name"
      rows={rows}
      rowKey={({ id }) => id}
      empty={
        <EmptyState
          title={filtered ? "No vault fits this filter" : "No vault has been seen yet"}
          action={filtered ? <LinkButton href="/vaults">Show all</LinkButton> : undefined}
        >
          {filtered
            ? "Take a part of the filter away to see more."
            : "They appear as soon as a connection has been read."}
        </EmptyState>
      }
      columns={[
        { key: "name", header: "Vault", rowHeader: true, cell: (vault) => <NameCell vault={vault} /> },
        {
          key: "connection",
          header: "Connection",
          cell: (vault) => (
            <span className="grid">
              <NameText text={vault.connection} length={32} />
              <span className="text-ink-3">{vault.account}</span>
            </span>
          ),
        },
        { key: "lock", header: "Lock", cell: (vault) => <LockBadge vault={vault} /> },
        {
          key: "holds",
          header: "Legal holds",
          cell: ({ holds }) => (holds === 0 ? <span className="text-ink-3">none</span> : plural(holds, "hold")),
        },
        { key: "key", header: "Key", cell: ({ keyRef }) => <NameText text={keyText(keyRef)} length={24} /> },
        { key: "points", header: "Points", align: "end", cell: ({ points }) => countText(points) },
        { key: "size", header: "Size", align: "end", cell: (vault) => sizeText(vault) },
      ]}
    />
  );
}

/** Every vault that may be seen: where points are kept, and who could delete them. */
export default async function VaultsPageView({ searchParams }: PageProps<"/vaults">) {
  const asked = onlyText(await searchParams);
  const { page, choices } = await show(async (actor) => {
    const [page, choices] = await Promise.all([listVaults(actor, asked), listVaultChoices(actor, {})]);
    return { page, choices };
  });
  const filtered = ["q", "connection", "region", "kind", "lock"].some((name) => name in asked);
  return (
    <>
      <PageHeader title="Vaults" sub={lockSentence(page)} />
      <TableKeys className="grid gap-4">
        <FilterBar
          placeholder="Name or identifier…"
          filters={[
            {
              name: "connection",
              label: "Connection",
              choices: choices.connections.map(({ id, name }) => ({ value: id, label: name })),
            },
            { name: "region", label: "Region", choices: choices.regions.map((value) => ({ value, label: value })) },
            {
              name: "kind",
              label: "Kind",
              choices: vaultKinds.map((value) => ({ value, label: vaultKindWords[value] })),
            },
            { name: "lock", label: "Lock", choices: lockStates.map((value) => ({ value, label: lockWords[value] })) },
          ]}
        />
        <Card>
          <VaultTable rows={page.rows} filtered={filtered} />
        </Card>
      </TableKeys>
      <Pager
        previousHref={placeHref("/vaults", asked, "before", page.before)}
        nextHref={placeHref("/vaults", asked, "after", page.after)}
      >
        {countText(page.rows.length)} of {plural(page.total, "vault")}
      </Pager>
    </>
  );
}
