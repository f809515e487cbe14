/** Saves a file that the server gives; what it refuses is thrown as a problem, not saved in its place. */
export async function saveFile(call: Promise<{ data?: unknown; response: Response }>, otherwise: string): Promise<void> {
  const { data, response } = await call;
  const given = response.headers.get("content-disposition") ?? "";
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(given)?.[1];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(data as Blob);
  link.download = encoded ? decodeURIComponent(encoded) : (/filename="([^"]+)"/.exec(given)?.[1] ?? otherwise);
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
