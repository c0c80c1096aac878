"""The extension for VS Code, run by Node with as much of VS Code as it asks for."""

import os
import shutil
import subprocess
import sys

import pytest

from editors.generate import FOLDER

VSCODE = """
const nothing = { dispose() {} };
const text = "A, B : binary\\nA -> B\\n";
const document = { getText: () => exports.text, uri: { path: "/home/lawn.scm" } };
exports.text = text;
exports.panels = [];
exports.ViewColumn = { Beside: 2 };
exports.commands = { registerCommand: (name, run) => ((exports.run = run), nothing) };
exports.workspace = {
  getConfiguration: () => ({ get: () => [process.env.PYTHON, "-m", "scm_compiler"] }),
  onDidChangeTextDocument: (told) => ((exports.told = told), nothing),
};
exports.window = {
  activeTextEditor: { document },
  showErrorMessage: (said) => console.log("error", said),
  createWebviewPanel: (id, title) => {
    const panel = { title, webview: { html: "" }, onDidDispose: (end) => (panel.end = end) };
    exports.panels.push(panel);
    return panel;
  },
};
"""

CLIENT = """
exports.LanguageClient = class {
  constructor(id, name, server) { this.server = server; }
  async start() { console.log("server", ...this.server.args); }
  async stop() { console.log("stopped"); }
};
"""

SESSION = """
const vscode = require("vscode");
const extension = require("./extension.js");
(async () => {
  await extension.activate({ subscriptions: [] });
  await vscode.run();
  const panel = vscode.panels[0];
  const picture = panel.webview.html;
  const data = /base64,([^"]+)/.exec(picture)[1];
  console.log(panel.title, Buffer.from(data, "base64").toString().includes("<svg"));
  vscode.text = "A -> ";
  await vscode.run();
  console.log("of a broken program", JSON.stringify(vscode.panels[1].webview.html));
  panel.end();
  await extension.deactivate();
})();
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="VS Code runs extensions in Node")
def test_the_extension_starts_the_server_and_draws_the_graph(tmp_path):
    shutil.copy(FOLDER / "vscode/extension.js", tmp_path)
    for name, content in (("vscode", VSCODE), ("vscode-languageclient/node", CLIENT)):
        module = tmp_path / "node_modules" / name
        module.mkdir(parents=True)
        (module / "index.js").write_text(content)
    (tmp_path / "session.js").write_text(SESSION)
    done = subprocess.run(
        ["node", "session.js"],
        cwd=tmp_path,
        env=os.environ | {"PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines() == [
        "server -m scm_compiler lsp",
        "Graph of lawn.scm true",
        'of a broken program "<p>The graph is drawn once the program has no errors.</p>"',
        "stopped",
    ]
