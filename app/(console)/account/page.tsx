import type { Metadata } from "next";
import { cookies } from "next/headers";
import { densityCookie, themeCookie, toDensity, toTheme } from "@/components/shell/appearance";
import { Banner } from "@/components/ui/banner";
import { PageHeader } from "@/components/ui/page-header";
import { show } from "@/lib/access/show";
import { passkeysPossible } from "@/lib/auth/relying-party";
import { getAccount } from "@/lib/people/data";
import { roleWords } from "@/lib/people/rules";
import { Appearance } from "./_components/appearance";
import { Factors } from "./_components/factors";
import { RecoveryAndPassword } from "./_components/recovery-and-password";
import { Sessions } from "./_components/sessions";

export const metadata: Metadata = { title: "Your account" };

/** Who you are here: what confirms it, where you are signed in, and how things look to you. */
export default async function AccountPage() {
  const [account, jar] = await Promise.all([show((actor) => getAccount(actor, {})), cookies()]);
  const passkeys = account.factors.filter(({ kind, suspected }) => kind === "passkey" && !suspected).length;
  const now = new Date().toISOString();
  return (
    <div className="grid gap-6">
      <PageHeader
        title={account.displayName}
        sub={`${account.email} · ${account.roles.map((role) => roleWords[role].name.toLowerCase()).join(", ")}`}
      />
      {passkeys < account.passkeysNeeded ? (
        <Banner kind="warn" title={`Your role needs ${account.passkeysNeeded} passkeys; you have ${passkeys}.`}>
          A lost or broken one would otherwise stop a restore that waits for you.
        </Banner>
      ) : null}
      <Factors factors={account.factors} passkeys={passkeysPossible} now={now} />
      <RecoveryAndPassword recovery={account.recovery} passwordAt={account.passwordAt} now={now} />
      <Sessions sessions={account.sessions} now={now} />
      <Appearance
        timeZone={account.timeZone}
        theme={toTheme(jar.get(themeCookie)?.value)}
        density={toDensity(jar.get(densityCookie)?.value)}
        zones={["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")]}
      />
    </div>
  );
}
