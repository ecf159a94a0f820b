import type { Metadata } from "next";
import { StatusGlyph } from "@/components/status/glyph";
import type { StatusKind } from "@/components/status/kind";
import { Banner } from "@/components/ui/banner";
import { Card, CardRow } from "@/components/ui/card";
import { LinkButton } from "@/components/ui/link-button";
import { Moment, RelativeMoment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { TextLink } from "@/components/ui/text-link";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { plural } from "@/lib/core/words";
import { getGovernance, getReadiness, listReviews } from "@/lib/governance/data";
import { setUpText } from "@/lib/governance/rules";
import { GovernanceHead } from "./_components/governance-head";
import { History } from "./_components/history";
import { Places } from "./_components/places";
import { PolicyTable } from "./_components/policy-table";
import { SingleOperator } from "./_components/single-operator";

export const metadata: Metadata = { title: "Governance" };

const dispatchText = {
  web: "The web process starts restores and applies changes that were approved, and the worker what a crash left behind. Both hold a key to the roles that change something.",
  worker:
    "Only the worker starts restores and applies changes that were approved, after it has checked the signatures of the votes. The web process holds no key to anything that changes something, and PostgreSQL lets it neither claim a restore nor apply a change.",
};

/** How the installation is ruled: who must agree to what, and what is out of the ordinary about it. */
export default async function GovernancePage() {
  const { governance, reviews, people, edits } = await show(async (actor) => {
    const [governance, reviews, { people }] = await Promise.all([
      getGovernance(actor, {}),
      listReviews(actor, {}),
      getReadiness(actor, {}),
    ]);
    return { governance, reviews, people, edits: may(actor, "policy:edit") };
  });
  const { levels, able, versions, places, singleOperator, governedAt, dispatchMode } = governance;
  return (
    <>
      <GovernanceHead
        current="policy"
        {...headline(singleOperator, governedAt)}
        actions={edits ? <LinkButton href="/settings/governance/policy">Change the policy</LinkButton> : null}
        sub={
          singleOperator ? (
            "Nobody else is asked. Every request and every event says so."
          ) : governedAt ? (
            <>
              Since <Moment at={governedAt} /> other people agree to whatever loosens a rule. What tightens one is done
              at once.
            </>
          ) : (
            `${setUpText({ needed: levels[0].votes, able })} Then nobody changes the rules alone.`
          )
        }
      />
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_340px]">
        <div className="grid min-w-0 gap-5">
          <Card title="Who must agree" more={<>version {governance.version}</>}>
            <PolicyTable policy={levels} people={people} />
          </Card>
          <History versions={versions} />
        </div>
        <div className="grid min-w-0 gap-5">
          <Reviews reviews={reviews} now={new Date().toISOString()} />
          <Places places={places} edits={edits} />
          <Card title="Single-operator mode" padded>
            <div className="grid gap-3">
              {singleOperator ? (
                <Banner kind="lock" title="On">
                  One person acts alone. It is stamped on every request, event and page.
                </Banner>
              ) : (
                <p className="text-ink-2">
                  Off. It is for an installation that one person runs: nobody else is asked, and everything says so.
                </p>
              )}
              {edits ? <SingleOperator key={String(singleOperator)} on={singleOperator} /> : null}
            </div>
          </Card>
          <Card title="Who carries out what was approved" padded>
            <p className="text-ink-2">{dispatchText[dispatchMode === "worker" ? "worker" : "web"]}</p>
          </Card>
        </div>
      </div>
    </>
  );
}

function headline(singleOperator: boolean, governedAt: string | null): { kind: StatusKind; title: string } {
  if (singleOperator) return { kind: "lock", title: "One person changes the rules alone." };
  return governedAt
    ? { kind: "ok", title: "Nobody changes the rules alone." }
    : { kind: "warn", title: "The rules are still being set up." };
}

type DueReview = Awaited<ReturnType<typeof listReviews>>[number];

function Reviews({ reviews, now }: { reviews: readonly DueReview[]; now: string }) {
  if (reviews.length === 0) return null;
  return (
    <Card title={`${plural(reviews.length, "review")} due`}>
      {reviews.map(({ approvalId, actor, incidentRef, dueAt, voices }) => {
        const late = dueAt <= now;
        return (
          <CardRow
            key={approvalId}
            lead={<StatusGlyph kind={late ? "bad" : "lock"} label={late ? "overdue" : "due"} className="mt-1" />}
          >
            <TextLink href={`/approvals/${approvalId}`} className="font-medium">
              Forced by <NameText text={actor} length={40} />
            </TextLink>
            <span className="text-ink-2">
              for <NameText text={incidentRef} length={60} />, {voices} of 2 have reviewed it
            </span>
            <span className={late ? "font-medium text-bad" : "text-ink-3"}>
              {late ? "overdue, was due " : "due "}
              <RelativeMoment at={dueAt} now={now} />
            </span>
          </CardRow>
        );
      })}
    </Card>
  );
}
