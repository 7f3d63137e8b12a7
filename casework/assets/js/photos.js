// A photo on its way: shrunk on the device, named by its hash, sent by itself and repeatable.

const LONG_EDGE = 1600;
const QUALITY = 0.8;
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

export async function send(blob, hash, csrf) {
  const answer = await fetch(`/api/v1/photos/${hash}`, {
    method: "PUT",
    headers: { "Content-Type": "image/jpeg", "X-CSRFToken": csrf },
    credentials: "same-origin",
    body: blob,
  });
  if (!answer.ok) {
    const said = await answer.json().catch(() => ({}));
    throw Object.assign(new Error(said.detail || String(answer.status)), { status: answer.status });
  }
}
