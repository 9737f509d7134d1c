import { describe, expect, test } from "@jest/globals";
import * as sdk from "ldapts";
import { addressOf } from "../../../connectors/ldap/address.ts";
import { decode, Frames, NotLdap } from "../../../connectors/ldap/answers.ts";
import { isWithin, keyOf, ownValue, partsOf, withoutUid } from "../../../connectors/ldap/dn.ts";
import { Entry } from "../../../connectors/ldap/entry.ts";
import { filterOf, inFilter, matches, momentOf, requestFilter, ruleOf } from "../../../connectors/ldap/filter.ts";
import { guidBytes, guidText, sidText } from "../../../connectors/ldap/ids.ts";
import { entryMessage, resultMessage, SEARCH_DONE } from "../../../sandbox/ldap/protocol.ts";

const entry = (attributes: Readonly<Record<string, readonly string[]>>, dn = "uid=a,dc=b"): Entry =>
	new Entry(
		dn,
		Object.entries(attributes).map(([name, values]) => ({ name, values: values.map((value) => Buffer.from(value)) })),
	);

describe("distinguished names", () => {
	test.each([
		["uid=a,ou=people,dc=example", "UID = A , OU=People,DC=EXAMPLE"],
		['cn=O\'Brien\\, Sinéad \\+ \\"R&D\\" 工,dc=b', "cn=O\\27Brien\\2C Sin\\C3\\A9ad \\2b \\22R&D\\22 \\E5\\B7\\A5,dc=b"],
		["cn=a  b,dc=c", "cn=a b,dc=c"],
		["cn=x+uid=y,dc=c", "uid=y+cn=x,dc=c"],
		["cn=sinea\u0301d,dc=c", "cn=sine\u00e1d,dc=c"],
		["cn=a;dc=c", "cn=a,dc=c"],
	])("%s is %s", (one, another) => {
		expect(keyOf(one)).toBe(keyOf(another));
	});
	test.each([
		["cn=a\\,dc=b,dc=c", "cn=a,dc=b,dc=c"],
		["cn=a\\ ,dc=c", "cn=a,dc=c"],
		["cn=a\\+b,dc=c", "cn=a+b=,dc=c"],
		["cn=a,dc=c", "uid=a,dc=c"],
	])("%s is not %s", (one, another) => {
		expect(keyOf(one)).not.toBe(keyOf(another));
	});
	test("parts, own value, place", () => {
		expect(partsOf("cn=a\\2cb+uid=c , dc=d")).toEqual([
			[
				{ type: "cn", value: "a,b" },
				{ type: "uid", value: "c" },
			],
			[{ type: "dc", value: "d" }],
		]);
		expect(partsOf("no name at all")).toBeUndefined();
		expect(keyOf("no name at all")).toBe("?no name at all");
		expect(ownValue("UID=a\\+b,dc=c", "uid")).toBe("a+b");
		expect(ownValue("cn=a,uid=b", "uid")).toBeUndefined();
		expect(isWithin("uid=a,dc=b", "dc=b")).toBe(true);
		expect(isWithin("uid=a,xdc=b", "dc=b")).toBe(false);
		expect(withoutUid("cn=a,dc=b#'0101'B")).toBe("cn=a,dc=b");
	});
});

describe("filters", () => {
	const moment = momentOf(new Date("2026-11-22T10:00:00Z"));
	const is = (filter: string, attributes: Readonly<Record<string, readonly string[]>>) =>
		matches(ruleOf(filter, "disabledWhen"), entry(attributes), moment);
	test.each([
		["(nsAccountLock=true)", { nsaccountlock: ["TRUE"] }, true],
		["(nsAccountLock=true)", {}, false],
		["(!(a=1))", {}, true],
		["(a=*)", { a: ["x"] }, true],
		["(&(a=1)(b=2))", { a: ["1"], b: ["3"] }, false],
		["(|(a=1)(b=2))", { a: ["0", "1"] }, true],
		["(a=x*y*z)", { a: ["xAyBz"] }, true],
		["(a=x*x)", { a: ["x"] }, false],
		["(a=\\2a\\28)", { a: ["*("] }, true],
		["(end<={now})", { end: ["20261122095959Z"] }, true],
		["(end<={now})", { end: ["20261122110000+0200"] }, true],
		["(end<={now})", { end: ["20261122100001Z"] }, false],
		["(end<={now})", { end: ["202611220959Z"] }, true],
		["(end<={now})", { end: ["not a time"] }, false],
		["(shadowExpire<={today})", { shadowexpire: ["20779"] }, true],
		["(shadowExpire<={today})", { shadowexpire: ["20780"] }, false],
		["(n>=10)", { n: ["9"] }, false],
		["(n<={nowFiletime})", { n: ["134082432000000000"] }, true],
		["(n<={nowFiletime})", { n: ["9223372036854775807"] }, false],
		["(u:1.2.840.113556.1.4.803:=2)", { u: ["514"] }, true],
		["(u:1.2.840.113556.1.4.803:=3)", { u: ["514"] }, false],
		["(u:1.2.840.113556.1.4.804:=3)", { u: ["-2147483646"] }, true],
	])("%s on %j: %s", (filter, attributes, expected) => {
		expect(is(filter, attributes as Readonly<Record<string, readonly string[]>>)).toBe(expected);
	});
	test("today is counted in days since 1970", () => {
		expect(moment["{today}"]).toBe("20779");
		expect(moment["{now}"]).toBe("20261122100000Z");
	});
	test.each([
		"(&(a=b)",
		"(a=b))",
		"a=b",
		"",
		"()",
		"(a=b)(c=d)",
		"(!(a=b)(c=d))",
		"(&)",
		"(a=)",
		"(a=\\zz)",
		"(a~b)",
		"(:=b)",
		"(a::=b)",
		"(a:dn=b)",
	])("%s is refused, though the SDK takes some of them", (text) => {
		expect(() => filterOf(text, "peopleFilter")).toThrow(
			expect.objectContaining({ code: "config.invalid", message: expect.stringContaining("peopleFilter") }),
		);
	});
	test.each([
		"(memberOf:1.2.840.113556.1.4.1941:=cn=x)",
		"(ou:dn:=people)",
		"(sn:caseExactMatch:=X)",
		"(:dn:2.5.13.5:=x)",
		"(sn~=x)",
		"(a=b*c*d)",
		"(a=*)",
		"(&(a>=1)(!(b<=2)))",
	])("%s goes to the server as it stands", (text) => {
		expect(requestFilter(sdk, filterOf(text, "peopleFilter")).toString()).toBe(String(sdk.FilterParser.parseString(text)));
	});
	test("what only a server can compare cannot say who is inactive", () => {
		expect(() => ruleOf("(memberOf:1.2.840.113556.1.4.1941:=cn=x)", "disabledWhen")).toThrow(
			expect.objectContaining({ code: "config.invalid" }),
		);
	});
	test("octets reach the server; the SDK's parser makes something else of them", () => {
		const written = (filter: { write(writer: sdk.BerWriter): void }) => {
			const writer = new sdk.BerWriter();
			filter.write(writer);
			return writer.buffer.toString("hex");
		};
		const text = "(GUID=\\81\\00\\2a)";
		expect(written(requestFilter(sdk, filterOf(text, "filter")))).toMatch(/040381002a$/);
		expect(written(sdk.FilterParser.parseString(text))).not.toMatch(/040381002a$/);
	});
	test("the SDK's parser takes a filter that is not whole", () => {
		expect(String(sdk.FilterParser.parseString("(&(a=b)"))).toBe("(&(a=b))");
	});
	test("values go into filters escaped", () => {
		expect(inFilter("a*b(c)\\d\0")).toBe("a\\2ab\\28c\\29\\5cd\\00");
		expect(inFilter(Buffer.from([0, 0xff, 0x2a]))).toBe("\\00\\ff\\2a");
	});
});

describe("identifiers", () => {
	test("a GUID there and back", () => {
		const bytes = Buffer.from("01221 3a58d52cc4488559983202e1d0d".replace(" ", ""), "hex");
		expect(guidText(bytes)).toBe("a5132201-528d-44cc-8855-9983202e1d0d");
		expect(guidBytes("a5132201-528d-44cc-8855-9983202e1d0d")).toEqual(bytes);
		expect(guidText(bytes.subarray(1))).toBeUndefined();
		expect(guidBytes("a5132201")).toBeUndefined();
	});
	test("a security identifier", () => {
		expect(sidText(Buffer.from("010500000000000515000000dcf4dc3b833d2b46828ba62800020000", "hex"))).toBe(
			"S-1-5-21-1004336348-1177238915-682003330-512",
		);
		expect(sidText(Buffer.from("0105000000000005", "hex"))).toBeUndefined();
	});
});

describe("addresses", () => {
	test.each([
		["ldaps://ldap.example.org", { secure: true, host: "ldap.example.org", port: 636, shown: "ldap.example.org:636" }],
		["ldap://[::1]:1389/", { secure: false, host: "::1", port: 1389, shown: "[::1]:1389" }],
	])("%s", (url, address) => {
		expect(addressOf(url)).toEqual(address);
	});
	test.each(["https://example.org", "ldap://", "ldap://host/dc=example", "ldap://host?x", "ldapi:///", "nonsense"])("%s is none", (url) => {
		expect(() => addressOf(url)).toThrow(expect.objectContaining({ code: "config.invalid" }));
	});
	test("a password in it is not shown", () => {
		expect(() => addressOf("ldap://user:hunter22@host")).toThrow(
			expect.objectContaining({ message: expect.not.stringContaining("hunter22") }),
		);
	});
});

describe("answers", () => {
	const messages = [
		entryMessage(7, "uid=a,dc=b", [{ name: "cn", values: ["Ä", Buffer.from([0xff])] }]),
		entryMessage(7, "uid=b,dc=b", [{ name: "jpegPhoto", values: [Buffer.alloc(70_000, 1)] }]),
		resultMessage(7, SEARCH_DONE, { code: 4, text: "enough", matched: "dc=b", referral: "ldap://x/", cookie: "c" }),
	];
	const stream = Buffer.concat(messages);
	test.each([1, 7, 64, 65_536, stream.length])("cut into pieces of %i bytes", (size) => {
		const frames = new Frames();
		const found: Buffer[] = [];
		for (let at = 0; at < stream.length; at += size) found.push(...frames.push(stream.subarray(at, at + size)));
		expect(found.map((one) => one.length)).toEqual(messages.map((one) => one.length));
		expect(frames.pending).toBe(0);
		expect(decode(sdk, found[0]!)).toMatchObject({ kind: "entry", id: 7, dn: "uid=a,dc=b" });
		expect(decode(sdk, found[2]!)).toMatchObject({
			kind: "result",
			tag: 0x65,
			code: 4,
			text: "enough",
			matched: "dc=b",
			referrals: ["ldap://x/"],
			cookie: Buffer.from("c"),
		});
	});
	test("bytes that cannot be LDAP are refused at once", () => {
		expect(() => new Frames().push(Buffer.from("HTTP/1.1 400 Bad Request"))).toThrow(NotLdap);
		expect(() => new Frames().push(Buffer.from([0x30, 0x84, 0x7f, 0xff, 0xff, 0xff]))).toThrow(/message of/);
		expect(() => new Frames().push(Buffer.from([0x30, 0x80]))).toThrow(/impossible length/);
	});
	test("every message that was cut inside is refused, whatever is cut", () => {
		const [whole] = messages as [Buffer];
		for (let at = 2; at < whole.length; at += 1) {
			// The frame says that it is complete; what is inside says otherwise.
			const cut = Buffer.from(whole.subarray(0, at));
			cut[1] = at - 2;
			expect(() => decode(sdk, cut)).toThrow();
		}
	});
	test("a value that claims to be longer than its message: the SDK's parser never comes back from it", () => {
		const bad = Buffer.from("301502010564100401 61300b300904016231047f6364".replace(/ /g, ""), "hex");
		const claims = Buffer.from([
			0x30, 0x15, 0x02, 0x01, 0x05, 0x64, 0x10, 0x04, 0x01, 0x61, 0x30, 0x0b, 0x30, 0x09, 0x04, 0x01, 0x62, 0x31, 0x04, 0x04, 0x7f, 0x63,
			0x64,
		]);
		for (const message of [bad, claims]) expect(() => decode(sdk, message)).toThrow();
	});
});

describe("entries", () => {
	test("names in any case, options apart, binary values are no text", () => {
		const one = new Entry("uid=a,dc=b", [
			{ name: "Mail", values: [Buffer.from("a@b")] },
			{ name: "cn;lang-de", values: [Buffer.from("Ä")] },
			{ name: "photo", values: [Buffer.from([0xff, 0xd8])] },
			{ name: "empty", values: [Buffer.alloc(0)] },
		]);
		expect(one.text("mail")).toBe("a@b");
		expect(one.text("cn")).toBeUndefined();
		expect(one.texts("PHOTO")).toBeUndefined();
		expect(one.texts("nothing")).toEqual([]);
		expect(one.text("empty")).toBeUndefined();
		expect(one.names()).toEqual(["Mail", "cn;lang-de", "photo", "empty"]);
	});
});
