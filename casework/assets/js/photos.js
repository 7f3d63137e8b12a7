// What goes ahead of a report: photos shrunk on the device, voice memos; each named by its hash, repeatable.

const LONG_EDGE = 1600;
const QUALITY = 0.8;
const PATIENCE = 180_000; // 300 kB at the slowest 2G
const KINDS = ["image/jpeg", "image/png", "image/webp"];

async function decode(file) {
  if (window.createImageBitmap) {
    try {
      return await createImageBitmap(file, { imageOrientation: "from-image" });
    } catch (error) {
      console.warn("decoding by the browser's fast way failed", error);
    }
  }
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await image.decode();
  } finally {
    URL.revokeObjectURL(image.src);
  }
  return image;
}

// The photo as a JPEG whose long edge is at most 1600; the original where the browser can't read it.
export async function shrink(file) {
  try {
    const image = await decode(file);
    const scale = Math.min(1, LONG_EDGE / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    if (small && (small.size < file.size || !KINDS.includes(file.type))) return small;
  } catch (error) {
    console.warn("the photo is sent as it is", error);
  }
  return file;
}

// Empty outside of secure contexts: then the photo goes with the form.
export async function sha256(blob) {
  if (!window.crypto?.subtle) return "";
  const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// One request for each, repeatable: the address is the hash of what is sent.
async function put(address, blob, hash, type, csrf) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  try {
    const answer = await fetch(address, {
      method: "PUT",
      headers: { "Content-Type": type, "X-CSRFToken": csrf },
      credentials: "same-origin",
      body: blob,
      signal: patience.signal,
    });
    const said = await answer.json().catch(() => ({}));
    // Somebody else's gate (a hotel's, an operator's) answers 200 as well: only its own name says that it is there.
    if (answer.ok && said.sha256 === hash) return;
    if (answer.ok) throw new Error("not our answer");
    throw Object.assign(new Error(said.detail || String(answer.status)), { status: answer.status });
  } finally {
    clearTimeout(timer);
  }
}

export const sendPhoto = (blob, hash, csrf) => put(`/api/v1/photos/${hash}`, blob, hash, "image/jpeg", csrf);
export const sendMemo = (blob, hash, csrf) => put(`/api/v1/recordings/${hash}`, blob, hash, "application/octet-stream", csrf);
