// Files go up while the form is filled in, part by part (tus 1.0): a telephone that loses its net goes on where it was.
// Without script the same field sends them with the form. ES2018, nothing is bundled.

const PART = 512 * 1024;
const WAITS = [1000, 2000, 5000, 10000, 20000, 30000];
const VERSION = { "Tus-Resumable": "1.0.0" };

const wait = (ms) => new Promise((go) => setTimeout(go, ms));
const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

class Refused extends Error {}

async function refusal(answer) {
  const told = await answer.json().catch(() => ({}));
  return new Refused(told.detail || String(answer.status));
}

// Begin it, or go on with what was begun for the same file in this browser.
async function begin(where, file, remembered) {
  const known = sessionStorage.getItem(remembered);
  if (known) {
    const answer = await fetch(known, { method: "HEAD", headers: VERSION });
    if (answer.ok) return known;
    sessionStorage.removeItem(remembered);
  }
  const headers = { ...VERSION, "Upload-Length": String(file.size), "Upload-Metadata": `filename ${base64(file.name)}` };
  const answer = await fetch(where, { method: "POST", headers });
  if (answer.status !== 201) throw await refusal(answer);
  const place = answer.headers.get("Location");
  sessionStorage.setItem(remembered, place);
  return place;
}

// Send what is missing; → the hash under which it is kept.
async function send(place, file, told) {
  for (let failures = 0; ; ) {
    try {
      const stand = await fetch(place, { method: "HEAD", headers: VERSION });
      if (!stand.ok) throw stand.status < 500 && stand.status !== 429 ? new Refused("") : new Error("away");
      let done = stand.headers.get("Zhida-File");
      let offset = Number(stand.headers.get("Upload-Offset"));
      while (!done) {
        const headers = { ...VERSION, "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" };
        const part = file.slice(offset, offset + PART);
        const answer = await fetch(place, { method: "PATCH", headers, body: part });
        if (answer.status === 422 || answer.status === 410 || answer.status === 403) throw await refusal(answer);
        if (answer.status !== 204) throw new Error("ask again how much has come");
        offset = Number(answer.headers.get("Upload-Offset"));
        done = answer.headers.get("Zhida-File");
        failures = 0;
        told(Math.floor((100 * offset) / file.size));
      }
      return done;
    } catch (error) {
      if (error instanceof Refused || failures >= 40) throw error;
      told(null);
      await wait(WAITS[Math.min(failures, WAITS.length - 1)]);
      failures += 1;
    }
  }
}

for (const field of document.querySelectorAll("[data-in-parts]")) {
  const input = field.querySelector("input[type=file]");
  const list = document.createElement("div");
  list.setAttribute("aria-live", "polite");
  field.append(list);
  let running = 0;

  const kept = (file, hash) => {
    const line = document.createElement("div");
    line.className = "choice";
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = true;
    box.name = `${field.dataset.list}[]`;
    box.value = `${hash} - ${file.name}`;
    box.id = `${field.dataset.list}-${hash.slice(0, 12)}`;
    const label = document.createElement("label");
    label.htmlFor = box.id;
    label.textContent = field.dataset.there.replace("%", file.name);
    line.append(box, label);
    return line;
  };

  const upload = async (file) => {
    const line = document.createElement("p");
    line.className = "hint";
    line.textContent = field.dataset.sending.replace("%", file.name);
    list.append(line);
    const remembered = `upload ${field.dataset.inParts} ${file.name} ${file.size} ${file.lastModified}`;
    const told = (percent) => {
      const text = percent === null ? field.dataset.waiting : field.dataset.sending;
      line.textContent = text.replace("%", file.name) + (percent === null ? "" : ` ${percent} %`);
    };
    try {
      const hash = await send(await begin(field.dataset.inParts, file, remembered), file, told);
      line.replaceWith(kept(file, hash));
    } catch (error) {
      line.className = "wrong";
      line.textContent = error.message || field.dataset.again.replace("%", file.name);
    }
    sessionStorage.removeItem(remembered);
  };

  input.addEventListener("change", async () => {
    const files = Array.from(input.files).filter((file) => file.size <= Number(input.dataset.largest));
    if (files.length < input.files.length) return; // what is too large is said beside the field
    input.value = "";
    running += files.length;
    for (const file of files) {
      await upload(file);
      running -= 1;
    }
  });

  // What is still on its way is waited for: nothing is dropped because somebody was quick.
  input.form.addEventListener("submit", (event) => {
    if (!running) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    list.scrollIntoView();
  }, true);
}
