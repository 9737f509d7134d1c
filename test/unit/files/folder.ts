import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FilesSettings, files } from "../../../connectors/idp/files/connector.ts";
import type { AttributeNeeds } from "../../../core/connector.ts";
import type { SyncError } from "../../../core/errors.ts";
import type { ConnectorId, Snapshot } from "../../../core/model.ts";

export const never = (): AbortSignal => new AbortController().signal;

/** A folder with an export in it, and a connector that reads it once. */
export class Folder {
	readonly path = mkdtempSync(join(tmpdir(), "rollcall-unit-files-"));

	at(name: string): string {
		return join(this.path, name);
	}

	/** `age` in milliseconds. */
	write(name: string, content: string | Uint8Array, age = 60_000): string {
		const path = this.at(name);
		writeFileSync(path, content);
		const then = (Date.now() - age) / 1000;
		utimesSync(path, then, then);
		return path;
	}

	/** Of these files, by kind or with everything else that is said. */
	settings(more: Partial<FilesSettings> & { readonly proof?: Partial<FilesSettings["proof"]> } = {}): FilesSettings {
		const paths = (names: readonly string[] | undefined) => (names ?? []).map((name) => this.at(name));
		return {
			id: "staff" as ConnectorId,
			encoding: "utf-8",
			columns: {},
			groupColumns: {},
			membershipColumns: {},
			lists: [],
			activeWhen: ["true"],
			inactiveWhen: ["false"],
			everybodyActive: false,
			memberIs: "id",
			groupIs: "id",
			unknownMembers: "refuse",
			badRecords: "refuse",
			mayBeEmpty: [],
			network: { timeoutMs: 5_000 },
			retry: { attempts: 1, baseMs: 1, capMs: 1, budgetMs: 1 },
			...more,
			people: paths(more.people ?? (more.together === undefined ? ["people.csv"] : [])),
			groups: paths(more.groups),
			memberships: paths(more.memberships),
			...(more.together === undefined ? {} : { together: this.at(more.together) }),
			proof: { quietForMs: 0, ...more.proof },
		};
	}

	connector(more: Partial<FilesSettings> = {}) {
		return files(this.settings(more));
	}

	read(more: Partial<FilesSettings> = {}, attributes: AttributeNeeds = "all"): Promise<Snapshot> {
		return this.connector(more).snapshot({ attributes }, never());
	}

	/** Why it was refused: its message with file names instead of paths, `CODE` before it. */
	async refused(more: Partial<FilesSettings> = {}): Promise<string> {
		const error = await this.read(more).then(
			() => undefined,
			(thrown: unknown) => thrown as SyncError,
		);
		if (error === undefined) return "not refused";
		if (error.name !== "SyncError" || error.todo === undefined) throw error;
		return `${error.code} ${error.message}`.replaceAll(`${this.path}/`, "");
	}

	/** People in one line each: id, username, active, attributes. */
	async people(more: Partial<FilesSettings> = {}): Promise<readonly unknown[]> {
		return [...(await this.read(more)).people.values()].map((p) => [p.id, p.username, p.active, p.attributes]);
	}

	/** Group → members and inner groups. */
	async groups(more: Partial<FilesSettings> = {}): Promise<Record<string, unknown>> {
		const { groups } = await this.read(more);
		return Object.fromEntries(
			[...groups.values()].map((g) => [g.id, g.held ?? [...g.people, ...g.groups.map((inner) => `[${inner}]`)].join(" ")]),
		);
	}

	remove(): void {
		rmSync(this.path, { recursive: true, force: true });
	}
}
