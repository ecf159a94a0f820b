/** What every answer says, whatever it is: nobody frames it, guesses its type, or reads it from another origin. */
export const everyAnswer: Readonly<Record<string, string>> = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
  // Nothing leaves our own origin; within it, a form posted without scripts needs its Origin to pass the guard.
  "referrer-policy": "same-origin",
  "x-frame-options": "DENY",
  "permissions-policy":
    "publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), display-capture=()",
};

/** The policy of what is no page of ours: built files, icons, and answers that are made before a page is found. */
export const inertPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Where browsers report what the policy of a page has stopped. */
export const reportPath = "/api/csp";
