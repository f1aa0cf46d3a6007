/** Starts the installed `epfilter server`, and describes how to install it if it is missing. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as vscode from "vscode";
import { LanguageClient, TransportKind } from "vscode-languageclient/node";

const INSTALL = "pip install '.[server]'";

/** The endings of the files that the server reads; a test compares them with those of the linter. */
const ENDINGS = [
  "bash", "bru", "cjs", "cs", "csx", "cts", "env", "filter", "filters", "go", "hcl", "http", "ipynb", "java",
  "js", "json", "jsonc", "jsonl", "jsx", "kt", "kts", "markdown", "md", "mdx", "mjs", "mts", "ndjson", "php",
  "phtml", "py", "pyi", "rake", "rb", "rest", "rs", "sh", "svelte", "swift", "tf", "tfvars", "toml", "ts", "tsx",
  "vue", "yaml", "yml", "zsh",
];

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand("epfilter.restart", restart),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("epfilter.command")) {
        void restart();
      }
    }),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

async function restart(): Promise<void> {
  const old = client;
  client = undefined;
  await old?.stop().catch(() => undefined);
  await start();
}

async function start(): Promise<void> {
  const command = vscode.workspace.getConfiguration("epfilter").get("command", "epfilter");
  try {
    await promisify(execFile)(command, ["server", "--help"]);
  } catch {
    await describeInstallation(`The command \`${command} server\` cannot be started.`);
    return;
  }
  const started = new LanguageClient(
    "epfilter",
    "epfilter",
    { command, args: ["server"], transport: TransportKind.stdio },
    {
      documentSelector: [
        { language: "epfilter" },
        { scheme: "file", pattern: `**/*.{${ENDINGS.join(",")}}` },
        { scheme: "file", pattern: "**/.env*" },
      ],
    },
  );
  client = started;
  try {
    await started.start();
  } catch (error) {
    await describeInstallation(`epfilter server ended: ${String(error)}`);
  }
}

async function describeInstallation(problem: string): Promise<void> {
  const copy = "Copy the command";
  const settings = "Set the path";
  const chosen = await vscode.window.showErrorMessage(
    `${problem} Install it with ${INSTALL} in a clone of epfilter, or set its path in epfilter.command.`,
    copy,
    settings,
  );
  if (chosen === copy) {
    await vscode.env.clipboard.writeText(INSTALL);
  } else if (chosen === settings) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "epfilter.command");
  }
}
