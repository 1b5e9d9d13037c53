// A photo as the house keeps it: a JPEG of at most 2,000 pixels, upright, without the place where it was taken.
const LARGEST_SIDE = 2_000;
const QUALITY = 0.85;

// Throws where the file is no picture that this browser can read.
export async function small(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    const scale = Math.min(1, LARGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    const paper = canvas.getContext("2d");
    paper.fillStyle = "#fff"; // behind what is transparent
    paper.fillRect(0, 0, canvas.width, canvas.height);
    paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, failed) => {
      canvas.toBlob((made) => (made ? done(made) : failed(new DOMException("no picture", "EncodingError"))), "image/jpeg", QUALITY);
    });
  } finally {
    picture.close();
  }
}
