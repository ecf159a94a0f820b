import type { Engine } from "@/sandbox/aws/engine/engine";
import { allows } from "@/sandbox/aws/engine/roles";
import type { CredentialScope } from "@/sandbox/aws/wire/credential-scope";
import { CloudError } from "@/sandbox/aws/wire/errors";

/** Who calls, after their credentials were recognised. */
export type Caller = {
  accountId: string;
  principalArn: string;
  userId: string;
  allows(action: string): boolean;
};

const unknownClient = "The security token included in the request is invalid.";

/** The caller behind an access key id; unknown keys and foreign session tokens are refused, old sessions are expired. */
export function authenticate(engine: Engine, scope: CredentialScope, sessionToken: string | undefined): Caller {
  const { world } = engine;
  for (const account of Object.values(world.accounts)) {
    const key = account.accessKeys[scope.accessKeyId];
    if (!key) continue;
    return {
      accountId: account.id,
      principalArn: `arn:aws:iam::${account.id}:user/${key.userName}`,
      userId: `AIDA${key.userName.toUpperCase().replace(/[^A-Z0-9]/g, "")}`,
      allows: (action) => allows(key, action),
    };
  }
  const session = world.sessions[scope.accessKeyId];
  const role = session && world.accounts[session.accountId]?.roles[session.roleArn];
  if (!session || !role || session.sessionToken !== sessionToken)
    throw new CloudError("UnrecognizedClientException", unknownClient);
  if (session.expiresMs <= engine.clock.now())
    throw new CloudError("ExpiredTokenException", "The security token included in the request is expired");
  return {
    accountId: session.accountId,
    principalArn: `arn:aws:sts::${session.accountId}:assumed-role/${role.name}/${session.sessionName}`,
    userId: `AROA${role.name.toUpperCase().replace(/[^A-Z0-9]/g, "")}:${session.sessionName}`,
    allows: (action) => allows(role, action),
  };
}

/** Refuses a region that does not exist for the account or that it has not switched on. */
export function demandRegion(engine: Engine, accountId: string, regionName: string): void {
  const region = engine.world.accounts[accountId]?.regions[regionName];
  if (!region?.enabled) throw new CloudError("UnrecognizedClientException", unknownClient);
}
