addEventListener("message", async (event) => {
  if (event.source === window || typeof event.data !== "string") return;
  const answer = (status) => event.source.postMessage(status, event.origin);
  const end = event.data.lastIndexOf(" ");
  const [hash, salt, more] = event.data.slice(end + 1).split(".");
  if (end < 1 || !hash || !salt || more !== undefined) return answer("error");
  const name = document.documentElement.dataset.cookie + "=";
  const cookie = document.cookie.split("; ").find((cookie) => cookie.startsWith(name)) ?? name;
  const client = event.data.slice(0, end);
  const known = [client, event.origin, cookie.slice(name.length), salt].join(" ");
  try {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(known));
    const bytes = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0"));
    answer(bytes.join("") === hash ? "unchanged" : "changed");
  } catch {
    answer("error");
  }
});
