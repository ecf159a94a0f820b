import os from "node:os";
import { cloudEnv, env, homeFolder, ssoEnv, webCloudEnv } from "@/bin/env";
import type { DispatchMode, RoleUrls } from "@/lib/platform/migrate";
import { auditKeyFile, type Secrets } from "@/lib/platform/secrets";

type Common = {
  secrets: Secrets;
  dispatch: DispatchMode;
  /** Where browsers reach us. */
  origin: string;
  mode: "production" | "development";
  demo: boolean;
  /** Base credentials of the clouds, for those processes that call them. */
  cloud: Record<string, string>;
  /** Another identity provider than the settings name: that of the tests. */
  sso?: Record<string, string>;
};

/** What one web process needs to know. */
export type WebInstallation = Common & {
  urls: Pick<RoleUrls, "app">;
};
type WorkerInstallation = Common & {
  urls: Pick<RoleUrls, "worker" | "sealer">;
  /** Where its secrets lie, when not in the home of this command. */
  secretsHome?: string;
};

/** A whole installation on one machine. */
export type Installation = WebInstallation & WorkerInstallation;

const common = ({ secrets, origin, dispatch, mode, demo }: Common): Record<string, string> => ({
  NODE_ENV: mode,
  NEXTAUTH_URL: origin,
  NEXTAUTH_SECRET: env.NEXTAUTH_SECRET ?? secrets.nextAuth,
  HOLDFAST_DISPATCH: dispatch,
  HOLDFAST_DEMO: demo ? "1" : "0",
  HOLDFAST_WEB_KEYS: env.HOLDFAST_WEB_KEYS ?? secrets.web,
});

/** The clouds' credentials of this machine. */
export const cloudCredentials = (): Record<string, string> => cloudEnv;

/**
 * A hardened web process on the worker's machine has credentials of its own, which reach no more than the read roles.
 * Where the SDK would look further, in the machine's metadata and shared files, it would find the worker's.
 */
export const webCloudCredentials = (dispatch: DispatchMode): Record<string, string> =>
  dispatch === "web"
    ? cloudEnv
    : {
        AWS_EC2_METADATA_DISABLED: "true",
        AWS_SHARED_CREDENTIALS_FILE: os.devNull,
        AWS_CONFIG_FILE: os.devNull,
        ...webCloudEnv,
      };

/** What the web process is told. Hardened, it holds no key of the worker's. */
export function webSettings(installation: WebInstallation): Record<string, string> {
  const { secrets, urls, dispatch, cloud } = installation;
  return {
    ...common(installation),
    HOLDFAST_ROLE: "web",
    HOLDFAST_DB_APP_URL: urls.app,
    NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: env.NEXT_SERVER_ACTIONS_ENCRYPTION_KEY ?? secrets.action,
    ...cloud,
    ...(installation.sso ?? ssoEnv),
    ...(dispatch === "web" ? { HOLDFAST_WORKER_KEYS: env.HOLDFAST_WORKER_KEYS ?? secrets.worker } : {}),
  };
}

/** The signing key of the audit log and its anchors: for whoever seals, and for nobody else. */
const auditSettings = (home: string): Record<string, string> => ({
  ...(env.HOLDFAST_AUDIT_KEY
    ? { HOLDFAST_AUDIT_KEY: env.HOLDFAST_AUDIT_KEY }
    : { HOLDFAST_AUDIT_KEY_FILE: auditKeyFile(home) }),
  ...(env.HOLDFAST_AUDIT_ANCHORS ? { HOLDFAST_AUDIT_ANCHORS: env.HOLDFAST_AUDIT_ANCHORS } : {}),
});

/** What of the identity provider the worker needs to apply changes about it: no secret, and nothing to sign anybody in with. */
const ssoPlaceNames = ["HOLDFAST_OIDC_ISSUER", "HOLDFAST_OIDC_ROLE_CLAIM", "HOLDFAST_OIDC_LOCAL_PRIVILEGES"];

const ssoPlaceOf = (sso: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(sso).filter(([name]) => ssoPlaceNames.includes(name)));

/** What the worker is told; it also seals the audit log, under a database role of its own. */
export function workerSettings(installation: WorkerInstallation): Record<string, string> {
  const { secrets, urls, cloud } = installation;
  return {
    ...common(installation),
    ...auditSettings(installation.secretsHome ?? homeFolder),
    HOLDFAST_ROLE: "worker",
    HOLDFAST_DB_WORKER_URL: urls.worker,
    HOLDFAST_DB_SEALER_URL: urls.sealer,
    HOLDFAST_WORKER_KEYS: env.HOLDFAST_WORKER_KEYS ?? secrets.worker,
    ...ssoPlaceOf(installation.sso ?? ssoEnv),
    ...cloud,
  };
}
