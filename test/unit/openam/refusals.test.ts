import { describe, expect, test } from "@jest/globals";
import { detailOf, refusalOf, unreadableIn } from "../../../connectors/idp/openam/refusals.ts";
import recorded from "./recorded.json" with { type: "json" };

const where = { method: "GET", path: "/openam/json/realms/root/users", host: "sso.example.org" };
const meant = (name: keyof typeof recorded.answers) => {
	const { status, body } = recorded.answers[name];
	return refusalOf({ status, headers: {}, text: JSON.stringify(body) }, where);
};

describe("what a real server's refusals mean", () => {
	test("the sentence is unescaped", () => {
		expect(detailOf(recorded.answers["error: realm not found"].body)).toBe('Realm "/nope" not found');
		expect(detailOf({ message: "&#x27;a&#39; &lt;b&gt; &amp;amp; &nbsp; &#99999999;" })).toBe("'a' <b> &amp; &nbsp; &#99999999;");
		expect(detailOf("text")).toBeUndefined();
	});

	test("no privilege: 403 on one record, 500 on a list", () => {
		for (const name of ["error: no privilege, one user", "error: no privilege, list v3.0"] as const)
			expect(meant(name)).toMatchObject({ code: "source.denied", retry: "never", context: { missing: "DatastoresReadOnly" } });
	});

	test("one record that cannot be read", () => {
		const error = meant("error: a user who was looked up before it existed spoils every list it is in");
		expect(error).toMatchObject({ code: "source.malformed", retry: "never" });
		expect(unreadableIn(error)).toBe("absent-one");
		expect(unreadableIn(new Error("Identity x of type user not found."))).toBeUndefined();
	});

	test("no such realm; a host name that is not served", () => {
		expect(meant("login, unknown realm")).toMatchObject({ code: "config.invalid", context: { realm: "/nope" } });
		expect(meant("error: realm not found")).toMatchObject({ code: "config.invalid", context: { realm: "/nope" } });
		for (const name of ["error: host is not the FQDN", "error: host is not a realm alias"] as const)
			expect(meant(name)).toMatchObject({ code: "config.invalid", message: "OpenAM does not answer to the name sso.example.org" });
	});

	test("a version that the server does not have", () => {
		expect(meant("error: version resource=4.0")).toMatchObject({ code: "source.malformed" });
	});

	test("everything else is judged by its status", () => {
		expect(meant("error: no token")).toBeUndefined();
		expect(meant("error: unknown filter operator")).toBeUndefined();
		expect(refusalOf({ status: 500, headers: {}, text: "<html>" }, where)).toBeUndefined();
	});
});
