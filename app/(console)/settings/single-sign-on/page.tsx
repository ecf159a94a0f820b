import type { Metadata } from "next";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { Facts } from "@/components/ui/facts";
import { PageHeader } from "@/components/ui/page-header";
import { may } from "@/lib/access/permissions";
import { show, signedIn } from "@/lib/access/show";
import { listTeamNames } from "@/lib/people/data";
import { getSso } from "@/lib/sso/data";
import type { SsoView } from "@/lib/sso/rules";
import { RoleMap } from "./_components/role-map";

export const metadata: Metadata = { title: "Single sign-on" };

/** The identity provider, as an operator set it up, and what its claims are worth here. */
export default async function SingleSignOnPage() {
  const actor = await signedIn();
  const [{ sso, mappings }, teams] = await Promise.all([
    show((one) => getSso(one, {})),
    show((one) => listTeamNames(one, {})),
  ]);
  return (
    <div className="grid gap-6">
      <PageHeader
        crumbs={[{ label: "Settings", href: "/settings" }, { label: "Single sign-on" }]}
        title={sso === null ? "No identity provider is set up." : `People may come in through ${sso.label}.`}
        sub="Whoever it vouches for still confirms with a factor of their own, and every grave operation takes one."
      />
      {sso === null ? (
        <Banner kind="none" title="People sign in with their passwords.">
          An operator sets an identity provider up in the settings of the web process, from HOLDFAST_OIDC_ISSUER on.
        </Banner>
      ) : (
        <Setup sso={sso} />
      )}
      {sso === null && mappings.length === 0 ? null : (
        <RoleMap
          mappings={mappings}
          teams={teams}
          edits={may(actor, "people:edit") && sso !== null && sso.roleClaim !== null}
        />
      )}
    </div>
  );
}

function Setup({ sso }: { sso: SsoView }) {
  const { issuer, roleClaim, acceptedAcr, makesPeople, localPrivileges } = sso;
  return (
    <Card title="How it is set up" more="Changed in the settings of the web process, not here." padded>
      <Facts
        facts={[
          { term: "Issuer", detail: issuer },
          { term: "Roles are read from", detail: roleClaim ?? "no claim: only roles given here count" },
          {
            term: "Second factor",
            detail:
              acceptedAcr.length === 0
                ? "always shown here"
                : `believed to have been shown there with ${acceptedAcr.join(", ")}; never for a grave operation`,
          },
          {
            term: "Somebody unknown",
            detail: makesPeople ? "becomes a person without any right, and waits" : "is turned away",
          },
          {
            term: "Approving and administering",
            detail: localPrivileges
              ? "by roles given here alone"
              : "by roles that both sides name, within what both cover",
          },
        ]}
      />
    </Card>
  );
}
