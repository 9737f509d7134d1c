import { describe, expect, test } from "@jest/globals";
import { segment } from "../../../connectors/http/address.ts";
import { statedWaitMs } from "../../../connectors/http/answer.ts";
import { failureOf, failureOfStatus } from "../../../connectors/http/failure.ts";
import { cleanText, titleOf, withoutSecrets } from "../../../connectors/http/text.ts";
import { SyncError } from "../../../core/errors.ts";

const read = { method: "GET", path: "/x", host: "h" };
const write = { method: "POST", path: "/x", host: "h" };
const errorWith = (fields: object, cause?: unknown) => Object.assign(new Error("m", cause === undefined ? {} : { cause }), fields);

describe("failureOf", () => {
	test.each([
		["ENOTFOUND", {}, "later", false],
		["ECONNREFUSED", {}, "later", false],
		["ETIMEDOUT", { syscall: "connect" }, "later", false],
		["UND_ERR_CONNECT_TIMEOUT", {}, "later", false],
		["ETIMEDOUT", { syscall: "read" }, "never", true],
		["UND_ERR_HEADERS_TIMEOUT", {}, "never", true],
		["ECONNRESET", {}, "never", true],
		["UND_ERR_SOCKET", {}, "never", true],
		["SOMETHING_NEW", {}, "never", true],
		["DEPTH_ZERO_SELF_SIGNED_CERT", {}, "never", false],
		["CERT_HAS_EXPIRED", {}, "never", false],
		["ERR_TLS_CERT_ALTNAME_INVALID", {}, "never", false],
		["EPROTO", {}, "never", false],
	])("a write that met %s %j: retry %s, unknown %s", (code, more, retry, unknown) => {
		expect(failureOf("target", errorWith({ code, ...more }), write)).toMatchObject({
			code: "target.unreachable",
			retry,
			outcomeUnknown: unknown,
		});
	});
	test("a read may be repeated, and so may a POST that is declared safe", () => {
		expect(failureOf("source", errorWith({ code: "ECONNRESET" }), read)).toMatchObject({ retry: "later", outcomeUnknown: false });
		expect(failureOf("source", errorWith({ code: "ECONNRESET" }), { ...write, safe: true })).toMatchObject({
			retry: "later",
			outcomeUnknown: false,
		});
	});
	test("looks below fetch's own error, and into several attempts", () => {
		const several = errorWith({ errors: [errorWith({ code: "ECONNREFUSED", syscall: "connect" })] });
		expect(failureOf("source", new TypeError("fetch failed", { cause: several }), write)).toMatchObject({
			context: { errno: "ECONNREFUSED" },
		});
	});
	test("an abort is run.cancelled; what a write did is then unknown", () => {
		expect(failureOf("source", new DOMException("x", "AbortError"), read)).toMatchObject({ code: "run.cancelled", outcomeUnknown: false });
		expect(failureOf("target", errorWith({ code: "ERR_CANCELED" }), write)).toMatchObject({ code: "run.cancelled", outcomeUnknown: true });
	});
	test("a deadline is not an abort", () => {
		expect(failureOf("source", new DOMException("x", "TimeoutError"), read)).toMatchObject({ code: "source.unreachable" });
	});
	test("a SyncError passes unchanged", () => {
		const own = new SyncError("source.malformed", "x");
		expect(failureOf("target", own, read)).toBe(own);
	});
	test("something that is no error at all", () => {
		expect(failureOf("source", "boom", read)).toMatchObject({ code: "source.unreachable", message: expect.stringContaining("boom") });
	});
});

describe("failureOfStatus", () => {
	test.each([
		[401, "source.denied"],
		[403, "source.denied"],
		[404, "source.incomplete"],
		[400, "source.incomplete"],
		[429, "source.limited"],
		[500, "source.unreachable"],
	])("a source that answers %i: %s", (status, code) => {
		expect(failureOfStatus("source", status, read).code).toBe(code);
	});
	test("a stated wait is kept, and makes a 503 on a write repeatable", () => {
		expect(failureOfStatus("target", 503, write, { retryAfterMs: 5 })).toMatchObject({
			retry: "later",
			outcomeUnknown: false,
			context: { retryAfterMs: 5 },
		});
	});
	test("says what it was about, and the server's sentence", () => {
		const error = failureOfStatus("target", 400, { ...write, about: 'group "a"' }, { detail: "Group exists" });
		expect(error.message).toBe('POST /x on h (group "a") answered 400: Group exists');
		expect(error.context.detail).toBe("Group exists");
	});
});

describe("statedWaitMs", () => {
	const now = () => Date.parse("2030-01-01T00:00:00Z");
	test.each([
		[{ "retry-after": "7" }, 7_000],
		[{ "retry-after": "Tue, 01 Jan 2030 00:00:09 GMT" }, 9_000],
		[{ "retry-after": "Tue, 01 Jan 2030 00:00:09 GMT", date: "Tue, 01 Jan 2030 00:00:05 GMT" }, 4_000],
		[{ "retry-after": "Mon, 31 Dec 2029 00:00:00 GMT" }, 0],
		[{ "retry-after": "0", "x-ratelimit-interval-seconds": "3" }, 3_000],
		[{ "x-ratelimit-interval-seconds": "2" }, 2_000],
		[{ "retry-after": "0" }, undefined],
		[{ "retry-after": "soon" }, undefined],
		[{ "retry-after": "-5" }, undefined],
		[{}, undefined],
	])("%j → %s", (headers, ms) => {
		expect(statedWaitMs(headers, now)).toBe(ms);
	});
});

describe("text", () => {
	test("cleanText", () => {
		expect(cleanText("  a\n\tb\u0000\u202e c  ")).toBe("a b c");
		expect(cleanText("x".repeat(50), 10)).toBe(`${"x".repeat(9)}…`);
	});
	test("titleOf and withoutSecrets", () => {
		expect(titleOf("<HTML><Title lang=x> Log in </title>")).toBe("Log in");
		expect(titleOf("<p>")).toBeUndefined();
		expect(withoutSecrets("a tok-en b tok-en", ["tok-en", "a"])).toBe("a [secret] b [secret]");
	});
	test.each(["a/b", "a\\b", "a;b", "..", "", "%41", "a\u0000"])("%j cannot be a path segment", (text) => {
		expect(segment(text)).toBeUndefined();
	});
	test("others are encoded", () => {
		expect(segment("cost center é?#")).toBe("cost%20center%20%C3%A9%3F%23");
	});
});
