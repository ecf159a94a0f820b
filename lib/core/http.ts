/** An answer of our own server other than 2xx. */
export class HttpError extends Error {
  constructor(
    url: string,
    readonly status: number,
  ) {
    super(`GET ${url} answered ${status}`);
  }
}

/** Reads JSON from our own server. Throws an HttpError with the status when it does not answer 2xx. */
export async function getJson<T>(url: string, signal: AbortSignal): Promise<T> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new HttpError(url, response.status);
  return response.json();
}
