import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "@jest/globals";
import { membershipReader } from "../../../connectors/usermanagement/memberships.ts";
import { SyncError } from "../../../core/errors.ts";

const WHERE = { method: "GET", path: "/group/membership", host: "crowd.example.org" };
async function* pieces(text: string | Uint8Array, size = Number.POSITIVE_INFINITY): AsyncGenerator<Uint8Array> {
	const bytes = typeof text === "string" ? Buffer.from(text) : text;
	for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, Math.min(bytes.length, at + size));
}
const read = (text: string | Uint8Array, size?: number) => membershipReader("source", WHERE)(pieces(text, size));
const refused = (text: string | Uint8Array): Promise<SyncError> =>
	read(text, 1 << 16).then(
		() => Promise.reject(new Error("it was believed")),
		(error: unknown) => (error instanceof SyncError ? error : Promise.reject(error)),
	);

const HEAD = '<?xml version="1.0" encoding="utf-8"?>\n\n';
const WHOLE = `${HEAD}<memberships>
 <membership group="Café &amp; &lt;Söhne&gt; &quot;1&quot; &#x5de5;">
  <users>
   <user name="Ösa"/>
   <user name="o'brien+x"></user>
  </users>
  <groups>
   <group name="inner"/>
  </groups>
 </membership>
 <membership group="inner"><users/><groups/></membership>
</memberships>
`;

describe("all memberships in one document", () => {
	test("is read, in pieces of any size", async () => {
		const whole = [...(await read(WHOLE)).entries()];
		expect(whole).toEqual([
			['café & <söhne> "1" 工', { group: 'Café & <Söhne> "1" 工', users: ["Ösa", "o'brien+x"], groups: ["inner"] }],
			["inner", { group: "inner", users: [], groups: [] }],
		]);
		for (const size of [1, 2, 3, 7, 64]) expect([...(await read(WHOLE, size)).entries()]).toEqual(whole);
	});
	test("an empty one is one", async () => {
		expect((await read("<memberships/>")).size).toBe(0);
		expect((await read(`${HEAD}<memberships>\n</memberships>`)).size).toBe(0);
	});
	test("what a newer server says about a member beside the name does not matter", async () => {
		const text =
			'<memberships><membership group="g" x="1"><users><user name="u"><link href="h"/><active>true</active></user></users></membership></memberships>';
		expect([...(await read(text)).values()]).toEqual([{ group: "g", users: ["u"], groups: [] }]);
	});
	test("cut anywhere, it is not whole", async () => {
		const bytes = Buffer.from(WHOLE);
		const end = bytes.lastIndexOf(">") + 1;
		let tried = 0;
		for (let at = 0; at < end; at += 1) {
			const error = await refused(bytes.subarray(0, at));
			expect({ at, code: error.code }).toEqual({ at, code: "source.malformed" });
			tried += 1;
		}
		expect(tried).toBeGreaterThan(300);
		expect((await read(bytes.subarray(0, end))).size).toBe(2);
	});
	test("one that stops early may be asked for again, one that is wrong not", async () => {
		expect(await refused(WHOLE.slice(0, 200))).toMatchObject({ retry: "later", message: expect.stringContaining("stops inside <") });
		expect(await refused(`${WHOLE}<more/>`)).toMatchObject({ retry: "never" });
	});
});

describe("what is refused", () => {
	const inside = (text: string) => `<memberships><membership group="g"><users>${text}</users></membership></memberships>`;
	test.each([
		["a document type", `<!DOCTYPE memberships><memberships/>`, /document type/],
		["an entity of its own", `<!DOCTYPE m [<!ENTITY a "x">]><memberships><membership group="&a;"/></memberships>`, /document type/],
		[
			"entities that grow",
			`<!DOCTYPE m [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;">]>${inside('<user name="&b;"/>')}`,
			/document type/,
		],
		["a file of the machine", `<!DOCTYPE m [<!ENTITY a SYSTEM "file:///etc/passwd">]>${inside('<user name="&a;"/>')}`, /document type/],
		["an entity that nobody knows", inside('<user name="&nobody;"/>'), /entity/],
		["an HTML page", "<!DOCTYPE html><html><body>Log in</body></html>", /document type/],
		["another document", "<users><user name='u'/></users>", /root is <users>/],
		["two documents", "<memberships/><memberships/>", /./],
		["JSON", '{"memberships":[]}', /./],
		["nothing", "", /empty/],
		["JSON glued on", `${WHOLE.slice(0, 150)}{"reason":"OPERATION_FAILED"}`, /./],
		["a user without a name", inside("<user/>"), /<user> has no name/],
		["a user with an empty name", inside('<user name=""/>'), /has no name/],
		["a group without a name", "<memberships><membership><users/></membership></memberships>", /<membership> has no group/],
		["a user outside of users", '<memberships><membership group="g"><user name="u"/></membership></memberships>', /not expected here/],
		[
			"a group inside a group",
			'<memberships><membership group="g"><membership group="h"/></membership></memberships>',
			/not expected here/,
		],
		[
			"members by another name",
			'<memberships><membership group="g"><members><user name="u"/></members></membership></memberships>',
			/not expected here/,
		],
		["a group that comes twice", '<memberships><membership group="g"/><membership group="G"/></memberships>', /comes twice/],
		["elements that do not match", '<memberships><membership group="g"></memberships></membership>', /./],
		["an endless name", inside(`<user name="${"x".repeat(5_000)}"/>`), /more than 4096 characters/],
		["an endless text", inside("x".repeat(1 << 21)), /never ends/],
		["another encoding", `<?xml version="1.0" encoding="ISO-8859-1"?><memberships/>`, /ISO-8859-1/],
		[
			"bytes that are no UTF-8",
			Buffer.from([...Buffer.from('<memberships><membership group="'), 0xff, ...Buffer.from('"/></memberships>')]),
			/not UTF-8/,
		],
	] as const)("%s", async (_title, text, says) => {
		const error = await refused(text);
		expect(error).toMatchObject({ code: "source.malformed", todo: expect.any(String) });
		expect(error.message).toMatch(says);
		expect(error.message.length).toBeLessThan(300);
	});
	test("a broken connection is not the document's fault", async () => {
		async function* broken(): AsyncGenerator<Uint8Array> {
			yield Buffer.from("<memberships>");
			throw Object.assign(new Error("aborted"), { code: "ECONNRESET" });
		}
		await expect(membershipReader("source", WHERE)(broken())).rejects.toMatchObject({ code: "ECONNRESET" });
	});
});

describe("memory", () => {
	test("holds names once, and never the document", async () => {
		setFlagsFromString("--expose-gc");
		const collect = runInNewContext("gc") as () => void;
		const heap = () => {
			collect();
			return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
		};
		const users = Array.from({ length: 200 }, (_, i) => `somebody-with-a-rather-long-name-${i}`);
		const members = users.map((name) => `<user name="${name}"/>`).join("\n   ");
		let written = 0;
		let most = 0;
		async function* document(): AsyncGenerator<Uint8Array> {
			yield Buffer.from("<memberships>");
			const before = heap();
			for (let group = 0; group < 4_000; group += 1) {
				const part = Buffer.from(
					`<membership group="a-group-with-a-rather-long-name-${group}"><users>${members}</users><groups/></membership>\n`,
				);
				written += part.length;
				yield part;
				if (group % 1_000 === 999) most = Math.max(most, heap() - before);
			}
			yield Buffer.from("</memberships>");
		}
		const found = await membershipReader("source", WHERE)(document());
		expect(found.size).toBe(4_000);
		expect(written).toBeGreaterThan(30_000_000);
		// 800,000 references to 200 texts, and the groups' names.
		expect(most).toBeLessThan(written / 3);
	});
});
