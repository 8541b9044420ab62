// Clicks every link and button of the status page in a real browser: click_everything.mjs URL
//
// Goes on until no link is left that has not been clicked, also those that only appear in another state
// of a process. Prints a line of JSON for each click: the link, where it led, and what was shown. The
// test that started it (tests/system/test_browser.py) knows what should have happened. Fails by itself
// if the browser complains: a script error, a blocked resource, a failed or refused request.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const MOST_CLICKS = 200;

const url = new URL(process.argv[2]);
const profile = mkdtempSync(join(tmpdir(), "browser-"));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: "/usr/bin/chromium",
  headless: true,
  args: [
    // Containers are run as root, and their /dev/shm is small.
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
  httpCredentials: url.username ? { username: url.username, password: url.password } : undefined,
});
context.setDefaultTimeout(60_000);

const complaints = [];
const answered = new Map();
context.on("response", (response) => {
  answered.set(response.url(), response.status());
  if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
});
context.on("console", (message) => {
  if (["error", "warning"].includes(message.type())) complaints.push(message.text());
});
context.on("weberror", (error) => complaints.push(String(error.error())));

function report(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function links(page) {
  return page.locator("a[href]").evaluateAll((all) =>
    all
      .filter((link) => !link.classList.contains("hidden"))
      .map((link) => ({ text: link.textContent.trim(), href: link.getAttribute("href"), opens: link.target === "_blank" })),
  );
}

const find = (page, link) => page.locator(`a[href=${JSON.stringify(link.href)}]`);

async function until(condition, what) {
  const end = Date.now() + 60_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited too long for ${what}`);
    await new Promise((resume) => setTimeout(resume, 10));
  }
}

// A link that opens a window: the stream of a log never ends, so its answer has to do.
async function clickAndLook(page, link) {
  const [opened] = await Promise.all([context.waitForEvent("page"), find(page, link).click()]);
  const target = new URL(link.href, page.url()).href;
  await until(() => answered.has(target), target);
  let shown = "";
  if (link.href.startsWith("tail.html")) {
    await opened.waitForLoadState();
    const [refresh] = await links(opened);
    await find(opened, refresh).click();
    await opened.waitForLoadState();
    shown = await opened.locator("pre").innerText();
    report({ text: refresh.text, href: refresh.href, status: answered.get(opened.url()), shown });
  }
  report({ text: link.text, href: link.href, status: answered.get(target), shown });
  await opened.close();
}

async function clickAndRead(page, link) {
  await Promise.all([page.waitForURL(/[?]message=/), find(page, link).click()]);
  const shown = await page.locator(".status_msg").innerText();
  report({ text: link.text, href: link.href, status: answered.get(page.url()), shown });
  // Without the message, so that the next one is seen to come.
  await page.goto(url.href);
}

try {
  const page = context.pages()[0] ?? (await context.newPage());
  await page.goto(url.href);
  report({ text: "title", href: url.pathname, status: answered.get(page.url()), shown: await page.title() });
  const clicked = new Set();
  for (;;) {
    const next = (await links(page)).find((link) => !clicked.has(link.href));
    if (!next) break;
    clicked.add(next.href);
    if (clicked.size > MOST_CLICKS) throw new Error("the page has no end of links");
    await (next.opens ? clickAndLook(page, next) : clickAndRead(page, next));
  }
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
} finally {
  await context.close();
  rmSync(profile, { recursive: true, force: true });
}
