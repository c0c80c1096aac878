// The page's state in the fragment of its address: compressed JSON, which goes to no server.

const LONGEST = 200000;

async function piped(bytes, stream) {
  const parts = new Blob([bytes]).stream().pipeThrough(stream), read = parts.getReader(), found = [];
  for (let size = 0; ;) {
    const { done, value } = await read.read();
    if (done) break;
    size += value.length;
    if (size > 4 * LONGEST) throw new Error("too long");
    found.push(value);
  }
  return new Uint8Array(await new Blob(found).arrayBuffer());
}

export async function written(state) {
  const bytes = await piped(new TextEncoder().encode(JSON.stringify(state)), new CompressionStream("deflate-raw"));
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return `#1${btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")}`;
}

/** The state that an address holds; null where it holds none that can be read. */
export async function read(fragment) {
  if (!fragment.startsWith("#1") || fragment.length > LONGEST) return null;
  try {
    const text = atob(fragment.slice(2).replace(/-/g, "+").replace(/_/g, "/"));
    const bytes = await piped(Uint8Array.from(text, (sign) => sign.charCodeAt(0)), new DecompressionStream("deflate-raw"));
    const { text: program, do: held, given, question } = JSON.parse(new TextDecoder().decode(bytes));
    return { text: String(program ?? ""), do: values(held), given: values(given), question: String(question ?? "") };
  } catch {
    return null;
  }
}

const values = (found) => Object.fromEntries(Object.entries(found ?? {}).map(([name, value]) => [name, String(value)]));
