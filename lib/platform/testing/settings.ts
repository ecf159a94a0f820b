/** The settings every test process starts with; a database is added where a test has one. */
Object.assign(process.env, {
  NEXTAUTH_SECRET: "a-secret-for-tests-that-is-long-enough",
  NEXTAUTH_URL: "http://localhost:3999",
  HOLDFAST_WEB_KEYS: `k1:${Buffer.alloc(32, 7).toString("base64")}`,
  HOLDFAST_WORKER_KEYS: `k1:${Buffer.alloc(32, 9).toString("base64")}`,
  HOLDFAST_AUDIT_KEY: Buffer.alloc(32, 11).toString("base64"),
  HOLDFAST_LOG_LEVEL: "silent",
  /** An identity provider that is never called: tests bring the claims of its tokens themselves. */
  HOLDFAST_OIDC_ISSUER: "https://id.example.test",
  HOLDFAST_OIDC_CLIENT_ID: "holdfast",
  HOLDFAST_OIDC_CLIENT_SECRET: "a-secret-for-tests",
  HOLDFAST_OIDC_ROLE_CLAIM: "groups",
  /** The sandbox estates' user, who may assume the roles of their connections. */
  AWS_ACCESS_KEY_ID: "AKIANORDWINDSANDBOX1",
  AWS_SECRET_ACCESS_KEY: "sandbox/secret/that/opens/nothing/outside",
  HOLDFAST_DB_APP_URL: "postgres://none@127.0.0.1:1/none",
  HOLDFAST_DB_WORKER_URL: "postgres://none@127.0.0.1:1/none",
});
