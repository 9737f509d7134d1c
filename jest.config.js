/** Runs with `node --experimental-vm-modules` (see package.json): the project is ES modules throughout. */
export default {
	testEnvironment: "node",
	extensionsToTreatAsEsm: [".ts"],
	transform: { "^.+\\.ts$": ["@swc/jest", { jsc: { parser: { syntax: "typescript" }, target: "es2024" }, module: { type: "es6" } }] },
	testMatch: ["<rootDir>/test/**/*.test.ts"],
	testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/live/", "<rootDir>/dist/"],
	testTimeout: 30_000,
};
