import { RegionMap, type RegionMark } from "@/components/charts/region-map";
import { placeOf } from "@/components/charts/region-places";
import { StatusBadge } from "@/components/status/status-badge";
import { Card } from "@/components/ui/card";
import { RelativeMoment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { DataTable } from "@/components/ui/table";
import { TextLink } from "@/components/ui/text-link";
import { countText, plural } from "@/lib/core/words";
import type { CopyEncryption, SystemPlace, SystemPlaces } from "@/lib/systems/view";

/** One mark for each region, whatever the accounts in it; in the order of the table. */
function marksOf(places: readonly SystemPlace[]): RegionMark[] {
  const marks = new Map<string, RegionMark>();
  for (const { region, production, points, locked, allowed } of places) {
    const known = marks.get(region) ?? { region, production: 0, points: 0, locked: false, outside: !allowed };
    marks.set(region, {
      region,
      production: known.production + production,
      points: known.points + points,
      locked: known.locked || locked,
      outside: known.outside,
    });
  }
  return [...marks.values()];
}

function sentence(marks: readonly RegionMark[]): string {
  const home = marks.filter(({ production }) => production > 0);
  const away = marks.filter(({ production, points }) => production === 0 && points > 0);
  const locked = away.filter((mark) => mark.locked);
  const copies =
    away.length === 0
      ? "no copy lies in another region"
      : `copies lie in ${plural(away.length, "other region")}${locked.length > 0 ? `, locked for good in ${countText(locked.length)}` : ""}`;
  return `It runs in ${plural(home.length, "region")}; ${copies}.`;
}

/** What lies where the system's rule does not let it lie; nothing where it keeps to it. */
function astrayText({ allowed, production, kept }: SystemPlace): string | null {
  if (allowed) return null;
  const parts = [
    ...(production > 0 ? [plural(production, "resource")] : []),
    ...(kept > 0 ? [plural(kept, "copy", "copies")] : []),
  ];
  return `${parts.join(" and ")} outside its regions`;
}

const mostKeysShown = 3;

/** Who holds a key, as seen from the copies it encrypts: an account that production runs in is worth saying. */
function keyWords({ key, keyWithProduction }: CopyEncryption, { account, region }: SystemPlace): string | null {
  if (!key?.account) return null;
  const holder = keyWithProduction
    ? "production's account"
    : key.account === account
      ? "its own account"
      : `account ${key.account}`;
  return `key in ${holder}${key.region && key.region !== region ? `, ${key.region}` : ""}`;
}

/** In what way some copies of a place are encrypted, and by whose key. */
function EncryptionLine({ one, place }: { one: CopyEncryption; place: SystemPlace }) {
  const { encrypted, key } = one;
  if (encrypted === null) return <StatusBadge kind="unknown">not told whether encrypted</StatusBadge>;
  if (!encrypted)
    return (
      <StatusBadge kind="bad" strong>
        not encrypted
      </StatusBadge>
    );
  if (key === null) return <StatusBadge kind="ok">encrypted, the key is not told</StatusBadge>;
  const words = keyWords(one, place);
  return (
    <span className="grid">
      <StatusBadge kind="ok">
        encrypted with <NameText text={key.name} length={14} />
      </StatusBadge>
      {words === null ? null : <span className="pl-4.5 text-ink-3">{words}</span>}
    </span>
  );
}

function EncryptionCell({ place }: { place: SystemPlace }) {
  const { encryption } = place;
  if (encryption.length === 0) return <span className="text-ink-3">–</span>;
  const more = encryption.length - mostKeysShown;
  return (
    <ul className="grid gap-1">
      {encryption.slice(0, mostKeysShown).map((one) => (
        <li key={`${one.encrypted} ${one.key?.ref}`}>
          <EncryptionLine one={one} place={place} />
          {encryption.length > 1 ? (
            <span className="pl-4.5 text-ink-3">{plural(one.copies, "copy", "copies")}</span>
          ) : null}
        </li>
      ))}
      {more > 0 ? <li className="pl-4.5 text-ink-3">and {plural(more, "more key")}</li> : null}
    </ul>
  );
}

function LockCell({ place }: { place: SystemPlace }) {
  if (place.airGapped) return <StatusBadge kind="lock">air-gapped</StatusBadge>;
  if (place.locked) return <StatusBadge kind="lock">locked for good</StatusBadge>;
  return <span className="text-ink-3">{place.points === 0 ? "–" : "no"}</span>;
}

/** Where a system runs and where its copies lie, as a map and as the table that says the same. */
export function PlacesCard({ systemId, places: { now, allowed, places } }: { systemId: string; places: SystemPlaces }) {
  const marks = marksOf(places);
  const numberOf = new Map(marks.map(({ region }, index) => [region, index + 1]));
  const unknown = marks.filter(({ region }) => placeOf(region) === null);
  if (marks.length === 0) return null;
  return (
    <Card id="places" title="Where it lies" more={sentence(marks)}>
      <div className="grid grid-cols-[minmax(0,1fr)] xl:grid-cols-[minmax(0,4fr)_minmax(0,9fr)]">
        <div className="grid content-center p-4 max-xl:border-b xl:border-r">
          <RegionMap marks={marks} />
          <p className="mt-2 text-sm text-ink-3">
            Filled: production. Ring: copies alone. Diamond: points there that nobody can delete.
            {marks.some(({ outside }) => outside) ? " Triangle: data may not be kept there." : ""}
            {allowed.length > 0 ? ` Its data may be kept in ${allowed.join(", ")}.` : ""}
            {unknown.length > 0 ? ` Not on the map: ${unknown.map(({ region }) => region).join(", ")}.` : ""}
          </p>
        </div>
        <DataTable
          caption="Where the system runs and where its usable points lie"
          rows={places}
          rowKey={({ region, account }) => `${region} ${account}`}
          columns={[
            {
              key: "region",
              header: "Region",
              rowHeader: true,
              className: "md:min-w-40",
              cell: (place) => {
                const { region, account } = place;
                const astray = astrayText(place);
                return (
                  <span className="flex items-start gap-2.5">
                    <span
                      aria-hidden="true"
                      className="num mt-px grid size-4.5 flex-none place-items-center rounded-full border border-ink-3 text-xs"
                    >
                      {numberOf.get(region)}
                    </span>
                    <span className="grid min-w-0">
                      <span>
                        {region}
                        {placeOf(region) ? <span className="text-ink-3"> · {placeOf(region)?.city}</span> : null}
                      </span>
                      <span className="text-ink-3">account {account}</span>
                      {astray === null ? null : (
                        <StatusBadge kind="warn" strong>
                          {astray}
                        </StatusBadge>
                      )}
                    </span>
                  </span>
                );
              },
            },
            {
              key: "production",
              header: "Runs here",
              nowrap: true,
              cell: ({ production }) =>
                production === 0 ? <span className="text-ink-3">–</span> : plural(production, "resource"),
            },
            {
              key: "points",
              header: "Usable points",
              align: "end",
              cell: ({ points }) =>
                points === 0 ? (
                  "0"
                ) : (
                  <TextLink href={`/recovery-points?system=${systemId}`}>{countText(points)}</TextLink>
                ),
            },
            {
              key: "newest",
              header: "Newest data",
              cell: ({ newestAsOf }) =>
                newestAsOf === null ? (
                  <span className="text-ink-3">–</span>
                ) : (
                  <RelativeMoment at={newestAsOf} now={now} />
                ),
            },
            { key: "encryption", header: "Encryption", cell: (place) => <EncryptionCell place={place} /> },
            { key: "lock", header: "Locked", cell: (place) => <LockCell place={place} /> },
          ]}
        />
      </div>
    </Card>
  );
}
