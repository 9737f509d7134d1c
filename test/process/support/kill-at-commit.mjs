// Loaded before the program: kills it (SIGKILL) directly before its n-th write transaction would take effect, or stops it (SIGSTOP)
// directly after its n-th one has.
import { DatabaseSync, StatementSync } from "node:sqlite";

const at = Number(process.env.KILL_AT_COMMIT);
const stopAfter = Number(process.env.STOP_AFTER_COMMIT);
let commits = 0;
const writers = new WeakSet();
const commitOf = new WeakMap();

const { prepare } = DatabaseSync.prototype;
DatabaseSync.prototype.prepare = function (text, ...rest) {
	const statement = prepare.call(this, text, ...rest);
	if (text === "begin immediate") writers.add(this);
	if (text === "commit") commitOf.set(statement, this);
	return statement;
};
for (const method of ["run", "all"]) {
	const original = StatementSync.prototype[method];
	StatementSync.prototype[method] = function (...values) {
		const database = commitOf.get(this);
		const counted = database !== undefined && writers.has(database);
		if (counted) commits += 1;
		if (counted && commits === at) process.kill(process.pid, "SIGKILL");
		const result = original.apply(this, values);
		if (counted && commits === stopAfter) process.kill(process.pid, "SIGSTOP");
		return result;
	};
}
process.on("exit", () => process.stderr.write(`commits: ${commits}\n`));
