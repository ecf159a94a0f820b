import { StatusGlyph } from "@/components/status/glyph";
import { Card, CardRow } from "@/components/ui/card";
import { Countdown, RelativeMoment } from "@/components/ui/moment";
import { utcClock, utcText } from "@/components/ui/moment-text";
import { NameText } from "@/components/ui/name-text";
import { Progress } from "@/components/ui/progress";
import { TextLink } from "@/components/ui/text-link";
import { plural, visible } from "@/lib/core/words";
import type { RunningWork, Upcoming } from "@/lib/health/view";

export type Waiting = { id: string; what: string; requester: string; expiresAt: string | null };

/** The requests that wait for this person's vote. */
export function WaitingCard({ waiting, now }: { waiting: readonly Waiting[]; now: string }) {
  return (
    <Card title="Waiting for you">
      {waiting.length === 0 ? <p className="px-4 py-3 text-ink-3">No request waits for your vote.</p> : null}
      {waiting.map(({ id, what, requester, expiresAt }) => (
        <CardRow key={id} lead={<StatusGlyph kind="lock" className="mt-[3px]" />}>
          <TextLink href={`/approvals/${id}`} className="font-semibold text-ink">
            <NameText text={what} length={80} />
          </TextLink>
          <span className="text-ink-3">
            asked by <NameText text={requester} length={40} />
            {expiresAt === null ? null : (
              <>
                {" "}
                · expires in <Countdown at={expiresAt} now={now} over="a moment" />
              </>
            )}
          </span>
        </CardRow>
      ))}
    </Card>
  );
}

export const workVerbs: Record<RunningWork["kind"], string> = {
  backup: "Backup of",
  copy: "Copy of",
  restore: "Restore of",
  scan: "Scan of",
  verify: "Verification of",
  request: "Restore of",
};

/** What is being done now. */
export function RunningCard({ work, total, now }: { work: readonly RunningWork[]; total: number; now: string }) {
  return (
    <Card title="Running" more={total > work.length ? <TextLink href="/jobs">{plural(total, "job")}</TextLink> : null}>
      {work.length === 0 ? <p className="px-4 py-3 text-ink-3">Nothing runs at this moment.</p> : null}
      {work.map((one) => (
        <CardRow key={one.id} lead={<StatusGlyph kind="run" className="mt-[3px]" />}>
          <TextLink href={one.href} className="font-semibold text-ink">
            {workVerbs[one.kind]} <NameText text={one.name} length={48} />
          </TextLink>
          <Progress
            label={`${workVerbs[one.kind]} ${visible(one.name)}`}
            share={one.percent === null ? null : one.percent / 100}
          />
          <span className="text-ink-3">
            {one.state} · begun <RelativeMoment at={one.since} now={now} />
          </span>
        </CardRow>
      ))}
    </Card>
  );
}

/** What the next day will bring. */
export function UpcomingCard({ upcoming, now }: { upcoming: readonly Upcoming[]; now: string }) {
  const today = utcText(now, "day");
  return (
    <Card title="Next 24 hours" more="first due, UTC">
      {upcoming.length === 0 ? <p className="px-4 py-3 text-ink-3">No run is due and no lock becomes final.</p> : null}
      <ol>
        {upcoming.map(({ at, what, href }) => (
          <li key={`${at} ${what}`} className="flex gap-3 border-b px-4 py-2 last:border-b-0">
            <time dateTime={at} className="w-12 flex-none text-ink-3" title={utcText(at)}>
              {utcClock(new Date(at))}
              {utcText(at, "day") === today ? "" : "\u00b9"}
            </time>
            <span className="min-w-0 wrap-anywhere">
              {href === null ? (
                <NameText text={what} />
              ) : (
                <TextLink href={href}>
                  <NameText text={what} />
                </TextLink>
              )}
            </span>
          </li>
        ))}
      </ol>
      {upcoming.some(({ at }) => utcText(at, "day") !== today) ? (
        <p className="px-4 pb-2 text-sm text-ink-3">¹ tomorrow</p>
      ) : null}
    </Card>
  );
}
