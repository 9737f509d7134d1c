import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Browser, chromium, type Page } from "playwright-core";
import { buildReport } from "../../core/report/build.ts";
import { renderer } from "../../core/report/choose.ts";
import type { Report } from "../../core/report/report.ts";
import { rendererOfAll } from "../../core/report/several/choose.ts";
import { visible } from "../../core/report/visible.ts";
import { ATTACKS, BREACHES, everywhere, SOME_REJECTS, type World, world } from "../fixtures/report-world.ts";

const executablePath = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/google-chrome"].find((path) => existsSync(path));
const inBrowser = executablePath === undefined ? describe.skip : describe;
const why = executablePath === undefined ? " (skipped: no Chromium here; apt-get install chromium-headless-shell)" : "";

inBrowser(`the HTML report in a browser${why}`, () => {
	let browser: Browser;
	let folder: string;
	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), "rollcall-report-"));
		browser = await chromium.launch({ executablePath: executablePath! });
	}, 60_000);
	afterAll(async () => {
		await browser?.close();
		rmSync(folder, { recursive: true, force: true });
	});

	/** The page, with everything it complains about or asks for. */
	async function open(report: Report, look: { width?: number; colorScheme?: "dark" | "light"; javaScriptEnabled?: boolean } = {}) {
		const { width = 1280, ...rest } = look;
		const file = join(folder, "report.html");
		writeFileSync(file, [...renderer("html")(report, { colour: false, width: 80, rows: undefined })].join(""));
		const context = await browser.newContext({ viewport: { width, height: 900 }, reducedMotion: "reduce", ...rest });
		const page = await context.newPage();
		const complaints: string[] = [];
		page.on("pageerror", (error) => complaints.push(error.message));
		page.on("console", (message) => complaints.push(message.text()));
		page.on("dialog", (dialog) => {
			complaints.push(`dialog: ${dialog.message()}`);
			void dialog.dismiss();
		});
		page.on("request", (request) => {
			if (request.url() !== pathToFileURL(file).href) complaints.push(`request: ${request.url()}`);
		});
		await page.goto(pathToFileURL(file).href);
		if (look.javaScriptEnabled !== false) await page.locator("html[data-ready]").waitFor({ state: "attached" });
		return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
	}
	const made = (shape: World): Report => buildReport(world(shape));
	const rowsShown = (page: Page) => page.locator("#view-changes tbody tr");
	const status = (page: Page) => page.locator("#view-changes [role=status]");
	const search = (page: Page) => page.getByRole("searchbox", { name: "Search" });
	const settled = (page: Page) => page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");

	test("several products in one file: an overview, and each product's own page at work in its frame", async () => {
		const reports = [made({ people: 60, holds: 9 }), made({ people: 30, state: "refused", breaches: BREACHES })];
		const endings = reports.map((report, index) => ({ product: `product ${index} ${ATTACKS[0]}`, report }));
		const file = join(folder, "several.html");
		writeFileSync(file, [...rendererOfAll("html")(endings, { colour: false, width: 80, rows: undefined })].join(""));
		const page = await browser.newPage();
		const complaints: string[] = [];
		page.on("pageerror", (error) => complaints.push(error.message));
		page.on("console", (message) => complaints.push(message.text()));
		page.on("dialog", (dialog) => void dialog.dismiss().then(() => complaints.push("dialog")));
		page.on("request", (request) => {
			if (![pathToFileURL(file).href, "about:srcdoc"].includes(request.url())) complaints.push(`request: ${request.url()}`);
		});
		await page.goto(pathToFileURL(file).href);
		expect(await page.locator("thead + tbody tr").count()).toBe(2);
		for (const [index, report] of reports.entries()) {
			const frame = page.frameLocator("iframe").nth(index);
			await frame.locator("html[data-ready]").waitFor({ state: "attached" });
			expect(await frame.locator("h1").textContent()).toBe(visible(report.headline));
			expect(await frame.locator("#view-changes tbody tr").count()).toBeGreaterThan(10);
		}
		expect(complaints).toEqual([]);
		await page.close();
	});
	test.each([
		["a dry run", { people: 60, holds: 9, rejects: SOME_REJECTS }],
		["a run with failures", { people: 60, ended: "failures" }],
		["a refused plan", { people: 60, state: "refused", breaches: BREACHES }],
		["an almost empty plan", { people: 0 }],
		["hostile names", { people: 72, attacks: true, holds: 36, ended: "failures" }],
	] as const)("%s: no complaint, no request, no scrolling sideways on a phone", async (_, shape) => {
		for (const [width, colorScheme] of [
			[1280, "light"],
			[390, "dark"],
		] as const) {
			const report = made(shape);
			await using opened = await open(report, { width, colorScheme });
			expect(await opened.page.getByRole("heading", { level: 1 }).textContent()).toBe(report.headline);
			for (const tab of await opened.page.getByRole("tab").all()) {
				await tab.click();
				expect(await opened.page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
			}
			expect(opened.complaints).toEqual([]);
		}
	});

	test("nothing to do: says so and has no tables", async () => {
		const input = world({ people: 0 });
		await using opened = await open(buildReport({ ...input, plan: { ...input.plan, operations: [] } }));
		expect(await opened.page.getByRole("tab").count()).toBe(0);
		await opened.page.getByRole("button", { name: /Created/ }).click();
		expect(opened.complaints).toEqual([]);
	});

	test("the search finds by name, group, address and without accents; filters narrow further", async () => {
		const report = made({ people: 120, holds: 9, ended: "failures" });
		await using opened = await open(report);
		const { page } = opened;
		expect(await status(page).textContent()).toBe(`1–100 of ${report.operations.length + report.holds.length}`);
		const all = [
			...report.operations.map((o) => [o.kind, o.username, o.group, o.detail, o.because].join(" ")),
			...report.holds.map((h) => `${h.username} ${h.wanted} ${h.detail}`),
		];

		await search(page).fill("jira-sales");
		await settled(page);
		expect(await status(page).textContent()).toMatch(new RegExp(` of ${all.filter((row) => row.includes("jira-sales")).length}$`));

		await search(page).fill("SAO-paulo");
		await settled(page);
		const paulo = all.filter((row) => row.includes("são-paulo")).length;
		expect(paulo).toBeGreaterThan(0);
		expect(await status(page).textContent()).toMatch(new RegExp(` of ${paulo}$`));

		await search(page).fill("nobody has this name");
		await settled(page);
		expect(await status(page).textContent()).toBe("0 rows");

		await search(page).fill("");
		await page.getByRole("combobox", { name: "State" }).selectOption("trouble");
		const trouble = report.operations.filter((o) => o.state === "failed" || o.state === "unknown").length;
		expect(await rowsShown(page).count()).toBe(trouble);
		await page.getByRole("combobox", { name: "State" }).selectOption("held");
		expect(await rowsShown(page).count()).toBe(report.holds.length);
		await page.getByRole("combobox", { name: "State" }).selectOption("");
		await page.getByRole("combobox", { name: "What" }).selectOption("kind:account.disable");
		expect(await rowsShown(page).count()).toBe(report.counts.find((c) => c.kind === "account.disable")!.planned);
	});

	test("a tile shows its rows", async () => {
		const report = made({ people: 60, holds: 9 });
		await using opened = await open(report);
		await opened.page.getByRole("tab", { name: /Groups/ }).click();
		await opened.page.getByRole("button", { name: /Held back/ }).click();
		expect(await opened.page.getByRole("tab", { name: /Changes/ }).getAttribute("aria-selected")).toBe("true");
		expect(await rowsShown(opened.page).count()).toBe(report.holds.length);
	});

	test("a person's panel has everything about them, by keyboard, and gives the focus back", async () => {
		const report = made({ people: 60, holds: 9, ended: "failures" });
		await using opened = await open(report);
		const { page } = opened;
		const person = report.operations.find((o) => o.kind === "account.create")!;
		const theirs = report.operations.filter((o) => o.username === person.username);
		await search(page).fill(person.username);
		await settled(page);
		const name = page.locator("#view-changes").getByRole("button", { name: person.username, exact: true }).first();
		await name.focus();
		await page.keyboard.press("Enter");
		const panel = page.getByRole("dialog", { name: person.username });
		expect(await panel.getByRole("listitem").count()).toBe(theirs.length);
		for (const o of theirs) expect(await panel.textContent()).toContain(o.because);
		expect(await panel.textContent()).toContain(person.person!);
		await page.keyboard.press("Escape");
		expect(await page.getByRole("dialog").count()).toBe(0);
		expect(await page.evaluate("document.activeElement.textContent")).toBe(person.username);
	});

	test("an operation shows the name it was planned under, the panel the others too", async () => {
		const report = made({ people: 12 });
		const [first, ...others] = report.operations.filter((o) => o.username !== "");
		const renamed = others.map((o, index) => (index === 0 ? { ...o, person: first!.person!, username: "second.name" } : o));
		await using opened = await open({ ...report, operations: [first!, ...renamed] });
		await opened.page.getByRole("button", { name: "second.name", exact: true }).click();
		expect(await opened.page.getByRole("dialog", { name: first!.username }).locator("dl").textContent()).toContain("Alsosecond.name");
	});

	test("the numbers on the tabs are the numbers of rows", async () => {
		await using opened = await open(made({ people: 60, holds: 24, rejects: SOME_REJECTS }));
		for (const name of ["Changes", "Groups", "Unreadable"]) {
			const tab = opened.page.getByRole("tab", { name: new RegExp(name) });
			await tab.click();
			const rows = await opened.page.getByRole("tabpanel").getByRole("status").textContent();
			expect(await tab.textContent()).toBe(`${name} ${/\d+$/.exec(rows!)![0]}`);
		}
	});

	test("a group's panel says who joins and leaves, and leads to the rows", async () => {
		const report = made({ people: 60 });
		await using opened = await open(report);
		const { page } = opened;
		const of = (kind: string) => report.operations.filter((o) => o.kind === kind && o.group === "jira-engineering");
		await page.getByRole("tab", { name: /Groups/ }).click();
		await page.getByRole("button", { name: "jira-engineering" }).click();
		const panel = page.getByRole("dialog", { name: "jira-engineering" });
		expect(await panel.textContent()).toContain(`Joining (${of("member.add").length})`);
		expect(await panel.getByRole("listitem").count()).toBe(of("member.add").length + of("member.remove").length);
		await panel.getByRole("button", { name: "Show as a table" }).click();
		expect(await rowsShown(page).count()).toBe(of("member.add").length + of("member.remove").length);
		await page.getByRole("button", { name: "Show all groups" }).click();
		expect(await rowsShown(page).count()).toBe(Math.min(100, report.operations.length));
	});

	test("tabs turn with the arrow keys, and every control has a name", async () => {
		await using opened = await open(made({ people: 24, holds: 3, rejects: SOME_REJECTS }));
		const { page } = opened;
		await page.getByRole("tab", { name: /Changes/ }).focus();
		await page.keyboard.press("ArrowRight");
		expect(await page.evaluate("document.activeElement.id")).toBe("tab-groups");
		expect(await page.getByRole("tabpanel").getAttribute("id")).toBe("view-groups");
		await page.keyboard.press("End");
		expect(await page.getByRole("tabpanel").textContent()).toContain("the list of members broke off after 300 of 412");
		expect(await page.locator("body").ariaSnapshot()).not.toMatch(/- (?:button|combobox|searchbox|tab)(?: \[[^\]]*\])*:?$/m);
	});

	test.each([...ATTACKS, '" autofocus onfocus="alert(1)', "W".repeat(300)])(
		"a hostile text is shown as it is, and does nothing: %j",
		async (attack) => {
			await using opened = await open(everywhere(made({ people: 12, holds: 4 }), attack), { width: 390 });
			const { page } = opened;
			expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe(visible(attack));
			for (const tab of await page.getByRole("tab").all()) {
				await tab.click();
				expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
			}
			for (const tab of ["Changes", "Groups"]) {
				await page.getByRole("tab", { name: new RegExp(tab) }).click();
				await page.getByRole("tabpanel").locator("td.who button").last().click();
				expect((await page.locator("#panel-title").textContent())!.startsWith(visible(attack))).toBe(true);
				expect(await page.evaluate("panel.scrollWidth - panel.clientWidth")).toBeLessThanOrEqual(0);
				await page.keyboard.press("Escape");
			}
			expect(await page.locator("img, b b, [onfocus], script:not([id]):not([type=module])").count()).toBe(0);
			expect(opened.complaints).toEqual([]);
		},
	);

	test("without scripts the verdict, the counts and the next steps are still there", async () => {
		const report = made({ people: 24, state: "refused", breaches: BREACHES });
		await using opened = await open(report, { javaScriptEnabled: false });
		const body = await opened.page.locator("body").textContent();
		expect(body).toContain("Refused by the guard");
		expect(body).toContain("Disable: 212 planned, 55 allowed");
		expect(body).toContain(`--override ${report.planDigest}`);
		expect(body).toContain("need JavaScript");
	});

	test("100,000 operations load, page and search", async () => {
		const report = made({ people: 58_000 });
		expect(report.operations.length).toBeGreaterThan(100_000);
		await using opened = await open(report);
		const { page } = opened;
		expect(await rowsShown(page).count()).toBe(100);
		await page.locator("#view-changes").getByRole("button", { name: "Last" }).click();
		const last = report.operations.length % 100 || 100;
		expect(await rowsShown(page).count()).toBe(last);
		expect(await rowsShown(page).last().textContent()).toContain(report.operations.at(-1)!.username);
		const wanted = report.operations[50_000]!;
		await search(page).fill(`${wanted.username} ${wanted.group ?? ""}`);
		await settled(page);
		expect(await rowsShown(page).first().textContent()).toContain(wanted.username);
		expect(opened.complaints).toEqual([]);
	}, 120_000);
});
