// Starts `scmc lsp`, and draws the graph of a program beside its text with `scmc render`.
const { spawn } = require("node:child_process");
const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

const LARGEST_PICTURE = 16 * 1024 * 1024;
const PAUSE = 250; // milliseconds without typing before the graph is drawn again

let client;

function command() {
  return vscode.workspace.getConfiguration("scmc").get("command");
}

async function activate(context) {
  context.subscriptions.push(vscode.commands.registerCommand("scmc.showGraph", showGraph));
  const [program, ...args] = command();
  const server = { command: program, args: [...args, "lsp"] };
  client = new LanguageClient("scmc", "scmc", server, { documentSelector: [{ language: "scmc" }] });
  try {
    await client.start();
  } catch (error) {
    vscode.window.showErrorMessage(
      `scmc lsp did not start: pip install "scm-compiler[editor]", or set scmc.command (${error.message})`
    );
  }
}

function deactivate() {
  return client?.stop();
}

/** The SVG of a program's text; rejects with what scmc said. Nothing of it goes through a shell. */
function draw(text) {
  return new Promise((resolve, reject) => {
    const [program, ...args] = command();
    const child = spawn(program, [...args, "render", "-", "-o", "-"], { timeout: 20000 });
    let picture = "";
    let said = "";
    child.stdout.on("data", (part) => {
      picture += part;
      if (picture.length > LARGEST_PICTURE) child.kill();
    });
    child.stderr.on("data", (part) => (said += part));
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve(picture) : reject(new Error(said))));
    child.stdin.on("error", () => {});
    child.stdin.end(text);
  });
}

/** A page that holds the picture as an image: nothing in it can run. */
function page(picture) {
  const data = Buffer.from(picture).toString("base64");
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<style>body { background: white; text-align: center } img { max-width: 100%; max-height: 98vh }</style>
<title>Graph</title></head><body><img alt="The graph of the program" src="data:image/svg+xml;base64,${data}"></body></html>`;
}

async function showGraph(uri) {
  const document = uri
    ? await vscode.workspace.openTextDocument(typeof uri === "string" ? vscode.Uri.parse(uri) : uri)
    : vscode.window.activeTextEditor?.document;
  if (!document) return;
  const name = document.uri.path.split("/").pop();
  const beside = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
  const panel = vscode.window.createWebviewPanel("scmc.graph", `Graph of ${name}`, beside, {});
  let drawn = 0;
  const redraw = async () => {
    const turn = ++drawn;
    try {
      const picture = await draw(document.getText());
      if (turn === drawn) panel.webview.html = page(picture);
    } catch {
      // The program has errors, which stand under its words; the last picture stays.
      panel.webview.html ||= "<p>The graph is drawn once the program has no errors.</p>";
    }
  };
  let waiting;
  const changed = vscode.workspace.onDidChangeTextDocument((change) => {
    if (change.document !== document) return;
    clearTimeout(waiting);
    waiting = setTimeout(redraw, PAUSE);
  });
  panel.onDidDispose(() => {
    drawn += 1;
    clearTimeout(waiting);
    changed.dispose();
  });
  await redraw();
}

module.exports = { activate, deactivate };
