// Opens built decks in a browser without a window and reports, as JSON, what a reader would see go wrong:
// what does not fit its slide, what is too small to read, and what is fetched from elsewhere.
// Usage: node measure.js BROWSER DECK.html …
const { pathToFileURL } = require("node:url");
const puppeteer = require("puppeteer-core");

function faultsOfPage() {
  const TOLERANCE = 1.5; // pixels of a slide 1280 wide
  const SMALLEST = 16; // pixels high; the back row reads no less
  const slides = [...document.querySelectorAll("svg[data-marpit-svg] section")];
  return slides.map((section, index) => {
    const page = section.getBoundingClientRect();
    const scale = page.width / 1280;
    const style = getComputedStyle(section);
    const inside = {
      left: parseFloat(style.paddingLeft), right: 1280 - parseFloat(style.paddingRight),
      top: parseFloat(style.paddingTop), bottom: 720 - parseFloat(style.paddingBottom),
    };
    const faults = [];
    const say = (what, problem) => faults.push(`${what}: ${problem}`);
    const name = (node) => {
      const words = (node.getAttribute?.("alt") || node.textContent || "").trim().replace(/\s+/g, " ");
      const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
      return `<${element.tagName.toLowerCase()}> ${words.length > 40 ? words.slice(0, 40) + "…" : words}`.trim();
    };
    const fits = (node, rect) => {
      const box = {
        left: (rect.left - page.left) / scale, right: (rect.right - page.left) / scale,
        top: (rect.top - page.top) / scale, bottom: (rect.bottom - page.top) / scale,
      };
      const over = {
        left: inside.left - box.left, right: box.right - inside.right,
        top: inside.top - box.top, bottom: box.bottom - inside.bottom,
      };
      const sides = Object.keys(over).filter((side) => over[side] > TOLERANCE);
      const pixels = Math.max(...sides.map((side) => Math.round(over[side])));
      if (sides.length) say(name(node), `${pixels} pixels beyond the ${sides.join(" and ")} edge of the slide`);
      return !sides.length;
    };
    const visit = (element) => {
      if (element.matches("footer, header, style, script")) return;
      const rect = element.getBoundingClientRect();
      if (element !== section && rect.width && !fits(element, rect)) return; // its parts need no naming
      if (element.tagName === "svg") {
        const [, , width, height] = (element.getAttribute("viewBox") || "0 0 1 1").split(" ").map(Number);
        const em = (1000 * Math.min(rect.width / width, rect.height / height)) / scale; // MathJax: 1000 is 1 em
        if (em < SMALLEST) say(name(element.closest("mjx-container") ?? element),
          `formula ${Math.round(em)} pixels high, at least ${SMALLEST}`);
        return;
      }
      if (element.tagName === "IMG") {
        if (!element.naturalWidth) say(name(element), "image does not load");
        // A figure's file says what its smallest text is; smallest_text in tools/decks.py writes it.
        const bytes = Uint8Array.from(atob(element.src.split(";base64,")[1] ?? ""), (byte) => byte.charCodeAt(0));
        const note = /(\w+), ([\d.]+) inches wide, smallest text ([\d.]+) points: “([^”]*)”/;
        const [, figure, inches, points, words] = new TextDecoder().decode(bytes).match(note) ?? [];
        const width = Math.min(rect.width, (rect.height * element.naturalWidth) / element.naturalHeight) / scale;
        const pixels = (points / 72) * (width / inches);
        if (pixels < SMALLEST) say(`figure ${figure}`,
          `text “${words}” ${pixels.toFixed(1)} pixels high, at least ${SMALLEST}: a smaller figure or larger text`);
        return;
      }
      if (element !== section && element.scrollWidth > element.clientWidth + TOLERANCE &&
          !getComputedStyle(element).display.startsWith("inline"))
        return say(name(element), `${element.scrollWidth - element.clientWidth} pixels wider than its place`);
      for (const child of element.childNodes) {
        if (child.nodeType === Node.ELEMENT_NODE) visit(child);
        if (child.nodeType !== Node.TEXT_NODE || !child.textContent.trim()) continue;
        const range = document.createRange();
        range.selectNodeContents(child);
        if (![...range.getClientRects()].every((part) => fits(child, part))) break;
        const size = parseFloat(getComputedStyle(element).fontSize);
        if (size < SMALLEST) say(name(child), `text ${size} pixels high, at least ${SMALLEST}`);
      }
    };
    visit(section);
    if (!faults.length && section.scrollHeight > section.clientHeight + TOLERANCE)
      say("slide", `${section.scrollHeight - section.clientHeight} pixels too high`);
    return faults.map((fault) => `slide ${index + 1}: ${fault}`);
  });
}

async function main([executablePath, ...files]) {
  const args = ["--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run"];
  if (process.env.CHROME_NO_SANDBOX || process.getuid?.() === 0) args.push("--no-sandbox");
  const browser = await puppeteer.launch({ executablePath, args, headless: true, timeout: 120_000 });
  const report = {};
  try {
    for (const file of files) {
      const page = await browser.newPage();
      const fetched = [];
      page.on("request", (request) => {
        if (!/^(data|blob|about):/.test(request.url())) fetched.push(request.url());
      });
      await page.setViewport({ width: 1280, height: 720 });
      const address = pathToFileURL(file).href;
      await page.goto(address, { waitUntil: "load" });
      await page.emulateMediaType("print"); // shows all slides at once, as in the PDF
      await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode().catch(() => {}))));
      const faults = (await page.evaluate(faultsOfPage)).flat();
      const slides = await page.evaluate(() => document.querySelectorAll("svg[data-marpit-svg] section").length);
      report[file] = { faults, slides, fetched: fetched.filter((url) => url.split("#")[0] !== address) };
      await page.close();
    }
  } finally {
    await browser.close();
  }
  process.stdout.write(JSON.stringify(report));
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
