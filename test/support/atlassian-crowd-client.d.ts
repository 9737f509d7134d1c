/** The package has no types; as far as the tests use it. */
declare module "atlassian-crowd-client" {
	interface Found {
		readonly username: string;
		readonly displayname: string;
		readonly attributes: unknown;
	}
	export interface CrowdClient {
		readonly user: {
			create(user: unknown): Promise<Found>;
			get(name: string, attributes?: boolean): Promise<Found>;
			update(name: string, user: unknown): Promise<Found>;
			rename(from: string, to: string): Promise<unknown>;
			remove(name: string): Promise<unknown>;
			readonly attributes: {
				list(name: string): Promise<unknown>;
				set(name: string, attributes: unknown): Promise<unknown>;
				remove(name: string, attribute: string): Promise<unknown>;
			};
			readonly groups: { list(name: string, nested?: boolean): Promise<string[]> };
		};
		readonly group: {
			create(group: unknown): Promise<unknown>;
			get(name: string): Promise<{ readonly active: boolean }>;
			update(name: string, group: unknown): Promise<unknown>;
			remove(name: string): Promise<unknown>;
			membership(): Promise<string>;
			readonly users: {
				get(group: string, user: string): Promise<string>;
				list(group: string, nested?: boolean): Promise<string[]>;
				add(group: string, user: string): Promise<unknown>;
				remove(group: string, user: string): Promise<unknown>;
			};
			readonly children: { add(group: string, child: string): Promise<unknown>; remove(group: string, child: string): Promise<unknown> };
			readonly parents: { list(group: string): Promise<string[]> };
		};
		readonly search: { user(cql: string): Promise<string[]>; group(cql: string): Promise<string[]> };
		readonly authentication: { authenticate(name: string, password: string): Promise<Found> };
	}
	const Client: new (settings: {
		readonly baseUrl: string;
		readonly application: { readonly name: string; readonly password: string };
	}) => CrowdClient;
	export default Client;
}
declare module "atlassian-crowd-client/lib/models/*.js" {
	const Model: new (...values: readonly unknown[]) => object;
	export default Model;
}
