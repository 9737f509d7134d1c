// A SCIM 2.0 service provider made of packages that others wrote (scimmy, scimmy-routers, express), on the loopback interface.
// node server.mjs FILE: reads { people, groups, tls: { key, cert }, token, maxResults } from FILE, prints { port }, and ends with its standard input.
// A process of its own: scimmy has one provider a process.
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import process from "node:process";
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

const { people, groups, tls, token, maxResults, site } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { Resources, Schemas, Types } = SCIMMY;
const meta = () => ({ created: new Date(), lastModified: new Date() });

function serve(Resource, records) {
	const kept = new Map(records.map((record) => [record.id, { ...record, meta: meta() }]));
	const known = (id) => {
		if (!kept.has(id)) throw new Types.Error(404, null, `Resource ${id} not found`);
		return kept.get(id);
	};
	Resource.egress(({ id, filter }) => {
		if (id !== undefined) return known(id);
		const all = [...kept.values()];
		return filter === undefined ? all : filter.match(all);
	});
	Resource.ingress(({ id }, data) => {
		const record = { ...JSON.parse(JSON.stringify(data)), id: id ?? crypto.randomUUID(), meta: meta() };
		if (id !== undefined) known(id);
		kept.set(record.id, record);
		return record;
	});
	Resource.degress(({ id }) => {
		known(id);
		kept.delete(id);
	});
	Resources.declare(Resource);
}

Resources.User.extend(Schemas.EnterpriseUser, false);
Resources.User.extend(
	new Types.SchemaDefinition("Site", site, "Where somebody is", [
		new Types.Attribute("string", "badge"),
		new Types.Attribute("string", "site"),
	]),
	false,
);
serve(Resources.User, people);
serve(Resources.Group, groups);
const routers = new SCIMMYRouters({
	type: "bearer",
	handler: (request) => {
		if (request.header("Authorization") !== `Bearer ${token}`) throw new Error("Authorization failed");
		return "tester";
	},
});
SCIMMY.Config.set({ patch: true, sort: true, etag: false, filter: { supported: true, maxResults } });
const server = createServer(tls, express().use("/scim/v2", routers));
server.listen(0, "127.0.0.1", () => process.stdout.write(`${JSON.stringify(server.address())}\n`));
process.stdin.resume().once("end", () => process.exit());
