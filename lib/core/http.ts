/** Reads JSON from our own server. Throws with the status when it does not answer 2xx. */
export async function getJson<T>(url: string, signal: AbortSignal): Promise<T> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`GET ${url} answered ${response.status}`);
  return response.json();
}
