import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Starts the program with the demo township and waits until it answers. To test against one that runs already:
 * `QIANMO_URL` (its address) and `QIANMO_PASSWORD` (of the demo's accounts).
 */
export default async function serve(): Promise<(() => void) | undefined> {
  if (process.env["QIANMO_URL"]) return undefined;
  const place = mkdtempSync(join(tmpdir(), "qianmo-e2e-"));
  const program = process.env["QIANMO"] ?? join(import.meta.dirname, "../../target/debug/qianmo");
  const child = spawn(program, ["demo", "--data", join(place, "data"), "--out", join(place, "out"), "--listen", "127.0.0.1:0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { address, password } = await told(child);
  process.env["QIANMO_URL"] = address;
  process.env["QIANMO_PASSWORD"] = password;
  return () => {
    child.kill("SIGTERM");
    rmSync(place, { recursive: true, force: true });
  };
}

/** Reads address and password from what the demo prints. */
function told(child: ChildProcess): Promise<{ address: string; password: string }> {
  return new Promise((resolve, reject) => {
    let said = "";
    child.stdout?.on("data", (bytes: Buffer) => {
      said += bytes.toString();
      const address = /正在 (http:\/\/\S+) 提供服务/.exec(said)?.[1];
      const password = /^ publichealth\s.*?\s(\S+)\s*$/m.exec(said)?.[1];
      if (address && password) resolve({ address, password });
    });
    child.on("exit", (code) => reject(new Error(`the demo ended with ${code}:\n${said.slice(-2000)}`)));
  });
}
