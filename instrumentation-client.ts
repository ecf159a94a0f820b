type Policies = { createPolicy(name: string, rules: { createScriptURL(url: string): string | null }): unknown };

const { trustedTypes } = globalThis as { trustedTypes?: Policies };

/** The bundler loads its chunks by address. Under Trusted Types only our own built files may be such an address. */
trustedTypes?.createPolicy("default", {
  createScriptURL(url) {
    const { origin, pathname } = new URL(url, location.origin);
    return origin === location.origin && pathname.startsWith("/_next/static/") ? url : null;
  },
});
